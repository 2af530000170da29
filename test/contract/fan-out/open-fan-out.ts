import { randomUUID } from 'node:crypto'
import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import { until } from '../../support/poll.ts'

/** A fan-out under test, as two processes have it. */
export interface OpenFanOut extends AsyncDisposable {
  /** Where listeners are. */
  readonly near: FanOut
  /** Where publications come from; inside one process the same. */
  readonly far: FanOut
  /** What was logged. */
  readonly lines: readonly string[]
  /** How long anything may take to arrive. */
  readonly withinMs: number
}

/** One promise of the port, with a function that fails when an adapter breaks it. */
export interface Promised {
  readonly title: string
  keep(opened: OpenFanOut): Promise<void>
}

export const freshChannel = (): string => `topic:${randomUUID()}`

export interface Subscriber extends Subscription {
  readonly received: readonly string[]
}

/** Subscribes to a channel and collects its publications; resolves when the subscription is ready. */
export const listen = async ({ near, withinMs }: OpenFanOut, channel: string): Promise<Subscriber> => {
  const received: string[] = []
  const subscription = near.subscribe(channel, (payload) => void received.push(payload.toString()))
  await readyWithin(withinMs, subscription)
  return { ready: subscription.ready, close: () => subscription.close(), received }
}

export const readyWithin = (withinMs: number, ...subscriptions: readonly Subscription[]): Promise<unknown> =>
  until('the subscriptions', () => Promise.all(subscriptions.map(({ ready }) => ready)), { withinMs })

export const publish = (fanOut: FanOut, channel: string, ...payloads: readonly string[]): Promise<void> =>
  fanOut.publish(payloads.map((payload) => ({ channel, payload })))

/** Everything that went to this topic before has arrived, because an order holds in it. */
export const untilPassed = async (opened: OpenFanOut, channel: string): Promise<void> => {
  const passed = Promise.withResolvers<true>()
  const last = randomUUID()
  const subscription = opened.near.subscribe(channel, (payload) => {
    if (payload.toString() === last) passed.resolve(true)
  })
  await subscription.ready
  await publish(opened.far, channel, last)
  await until('the last publication', () => passed.promise, { withinMs: opened.withinMs })
  subscription.close()
}

export const untilReceived = (opened: OpenFanOut, { received }: Subscriber, count: number): Promise<unknown> =>
  until(`${count} publications`, () => received.length >= count, { withinMs: opened.withinMs, everyMs: 5 })
