import type { FanOut } from '../../../shared/ports/fan-out.ts'

/** An adapter that breaks a promise of the contract; the contract's suite must detect it. */
export interface Mutant {
  readonly title: string
  /** Part of the title of a promise that it breaks; it may break others too. */
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

/** Returns subscriptions whose `close` works without its object. */
const detachable =
  (subscribe: Subscribe): Subscribe =>
  (channel, listener) => {
    const subscription = subscribe(channel, listener)
    return { ready: subscription.ready, close: () => subscription.close() }
  }

/** `change` is called once for each fan-out and returns the changed `subscribe`, which may keep state. */
export const subscribing = (title: string, breaks: string, change: (subscribe: Subscribe) => Subscribe): Mutant => ({
  title,
  breaks,
  apply: (fanOut) => ({ ...fanOut, subscribe: change(detachable(fanOut.subscribe)) }),
})

export const counting = (
  title: string,
  breaks: string,
  change: (listeners: FanOut['listeners']) => FanOut['listeners'],
): Mutant => ({
  title,
  breaks,
  apply: (fanOut) => ({ ...fanOut, listeners: change(fanOut.listeners) }),
})

export const soon = (work: () => void): void => void setImmediate(work)
