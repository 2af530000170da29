import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { PassedFrame } from '../../../../shared/client/chat-events.ts'
import { serviceClock } from './service-clock.ts'

/** A logged frame. `number` also counts frames that arrived while the log was paused. */
export interface LoggedFrame extends PassedFrame {
  readonly number: number
  /** On the monotonic clock of the browser. */
  readonly atMs: number
  readonly event: string
}

/** The last frames of the connection, newest last. */
export interface FrameLog {
  readonly frames: Signal<readonly LoggedFrame[]>
  readonly isPaused: Signal<boolean>
  log(frame: PassedFrame): void
  clear(): void
}

const most = 300

/** The time by the service's clock as it is known now: a correction of that clock moves all frames and not their order. */
export const timeOf = ({ atMs }: LoggedFrame): Date => new Date(serviceClock.now() + atMs - performance.now())

const eventOf = (text: string): string => /"event":"([a-z-]{1,40})"/.exec(text)?.[1] ?? '?'

export const createFrameLog = (): FrameLog => {
  const frames = signal<readonly LoggedFrame[]>([])
  const isPaused = signal(false)
  let count = 0
  return {
    frames,
    isPaused,
    log: (frame) => {
      count += 1
      if (isPaused.value) return
      const entry = { ...frame, number: count, atMs: performance.now(), event: eventOf(frame.text) }
      frames.value = [...frames.value.slice(1 - most), entry]
    },
    clear: () => {
      frames.value = []
    },
  }
}
