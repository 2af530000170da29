import { randomUUID } from 'node:crypto'
import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import { until } from '../../support/poll.ts'

/** A fan-out under test, opened in two processes. */
export interface OpenFanOut extends AsyncDisposable {
  /** The fan-out of the process that listens. */
  readonly near: FanOut
  /** The fan-out of the process that publishes; for the in-process fan-out, the same object. */
  readonly far: FanOut
  /** The logged lines. */
  readonly lines: readonly string[]
  /** The longest time until a publication is received. */
  readonly withinMs: number
}

/** One promise of the port, with a function that fails when an adapter breaks it. */
export interface Promised {
  readonly title: string
  keep(opened: OpenFanOut): Promise<void>
}

export const freshChannel = (): string => `channel:${randomUUID()}`

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

/** Resolves when all earlier publications on this channel were received: it publishes one more, and a channel keeps the order. */
export const untilAllReceived = async (opened: OpenFanOut, channel: string): Promise<void> => {
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
