import type { FanOut } from '../../../shared/ports/fan-out.ts'

/** A fault that the contract's suite has to notice. */
export interface Mutant {
  readonly title: string
  /** Words of a promise that it breaks; it may break others too. */
  readonly breaks: string
  apply(fanOut: FanOut): FanOut
}

export type TestListener = (payload: Buffer) => void
export type Publish = FanOut['publish']
export type Subscribe = FanOut['subscribe']

export const publishing = (title: string, breaks: string, change: (publish: Publish) => Publish): Mutant => ({
  title,
  breaks,
  apply: (fanOut) => ({ ...fanOut, publish: change(fanOut.publish) }),
})

/** Subscriptions that may be taken apart. */
const loose =
  (subscribe: Subscribe): Subscribe =>
  (channel, listener) => {
    const subscription = subscribe(channel, listener)
    return { ready: subscription.ready, close: () => subscription.close() }
  }

/** `change` makes the new `subscribe`, once for each fan-out, so that it can remember. */
export const subscribing = (title: string, breaks: string, change: (subscribe: Subscribe) => Subscribe): Mutant => ({
  title,
  breaks,
  apply: (fanOut) => ({ ...fanOut, subscribe: change(loose(fanOut.subscribe)) }),
})

export const soon = (work: () => void): void => void setImmediate(work)
