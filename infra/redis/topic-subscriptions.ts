import type { Subscription } from '../../shared/ports/fan-out.ts'
import type { FanOutLog } from '../in-process/fan-out-log.ts'
import type { Listener } from '../in-process/topic-listeners.ts'
import { topicListeners } from '../in-process/topic-listeners.ts'
import type { RedisLink } from './redis-link.ts'

/** What the subscriptions need of a link. */
type Line = Pick<RedisLink, 'subscribe' | 'unsubscribe'>

export interface TopicSubscriptions {
  subscribe(channel: string, listener: Listener): Subscription
  deliver(channel: string, payload: Buffer): void
  /** Uses this line from now on, for all that is held; resolves when all of it is heard. */
  attach(line: Line): Promise<void>
  /** The line is gone, and known to be: nobody waits for `ready` until one is attached and `welcome` was called. */
  detach(): void
  /** From now on, `ready` waits for the server's word again. */
  welcome(): void
}

/** A time during which somebody here listens to a channel. */
interface Holding {
  readonly ready: PromiseWithResolvers<void>
}

/**
 * Many listeners, one subscription per channel. What is to be subscribed and
 * what to be let go is found at the end of the turn, so that many calls become
 * one command, and a channel that comes and goes in one turn none.
 */
export const topicSubscriptions = (log: FanOutLog, onFailure: (line: Line, error: unknown) => void): TopicSubscriptions => {
  const listeners = topicListeners(log)
  const holdings = new Map<string, Holding>()
  /** What the line has been asked for, each with its answer. */
  const asked = new Map<string, Promise<void>>()
  const touched = new Set<string>()
  let line: Line | undefined
  let isKnownDown = false

  const resolveOnceHeard = ({ ready }: Holding, heard: Promise<void> | undefined): void => {
    // A failure ends the line, and that resolves it.
    void heard?.then(ready.resolve, () => {})
  }

  const send = (to: Line, gained: readonly string[], lost: readonly string[]): Promise<unknown> => {
    const heard = gained.length === 0 ? Promise.resolve() : to.subscribe(gained)
    for (const channel of gained) asked.set(channel, heard)
    for (const channel of lost) asked.delete(channel)
    const left = lost.length === 0 ? Promise.resolve() : to.unsubscribe(lost)
    return Promise.all([heard, left])
  }

  const settle = async (to: Line): Promise<void> => {
    const channels = [...touched]
    touched.clear()
    const gained = channels.filter((channel) => listeners.has(channel) && !asked.has(channel))
    const lost = channels.filter((channel) => !listeners.has(channel) && asked.has(channel))
    const sent = send(to, gained, lost)
    for (const channel of channels) {
      const holding = holdings.get(channel)
      if (holding !== undefined) resolveOnceHeard(holding, asked.get(channel))
    }
    await sent
  }

  const touch = (channel: string): void => {
    touched.add(channel)
    if (touched.size === 1) queueMicrotask(settleTouched)
  }
  const settleTouched = (): void => {
    const to = line
    if (to === undefined) touched.clear()
    else settle(to).catch((error: unknown) => onFailure(to, error))
  }

  const hold = (channel: string): Holding => {
    const holding = { ready: Promise.withResolvers<void>() }
    holdings.set(channel, holding)
    if (isKnownDown) holding.ready.resolve()
    touch(channel)
    return holding
  }

  const subscribe = (channel: string, listener: Listener): Subscription => {
    const holding = holdings.get(channel) ?? hold(channel)
    const remove = listeners.add(channel, listener)
    const close = (): void => {
      remove()
      if (listeners.has(channel) || holdings.get(channel) !== holding) return
      holdings.delete(channel)
      holding.ready.resolve()
      touch(channel)
    }
    return { ready: holding.ready.promise, close }
  }

  return {
    subscribe,
    deliver: listeners.deliver,
    attach: (to) => {
      line = to
      asked.clear()
      for (const channel of listeners.topics()) touched.add(channel)
      return settle(to)
    },
    detach: () => {
      line = undefined
      isKnownDown = true
      asked.clear()
      for (const { ready } of holdings.values()) ready.resolve()
    },
    welcome: () => {
      isKnownDown = false
    },
  }
}
