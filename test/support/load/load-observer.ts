import type { FrameView } from './frame-view.ts'
import type { ParsedFrame } from './parse-frame.ts'
import type { Sending } from './sending.ts'

/** Gets what the devices of a load do, so that other traffic can depend on it. */
export interface LoadObserver {
  /** A new socket of the user is bound. */
  bound(user: number): void
  /** A command is sent, or queued, for the first time. */
  sending(user: number, command: Pick<Sending, 'event' | 'room'>): void
  /** A feed frame arrived. The view is valid until the call returns. */
  received(user: number, view: Readonly<FrameView>): void
  /** A frame without a request id arrived, which is not of a feed. `isSlow`: the user reads slowly, so that its delays do not count. */
  pushed(user: number, frame: ParsedFrame, isSlow: boolean): void
}

export const noObserver: LoadObserver = { bound: () => {}, sending: () => {}, received: () => {}, pushed: () => {} }
