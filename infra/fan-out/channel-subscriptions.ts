import type { Subscription } from '../../shared/ports/fan-out.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { Listener, ListenerEntry } from './channel-listeners.ts'
import { channelListeners } from './channel-listeners.ts'

/** What the subscriptions need of a link. Whatever fails on it ends it, and that ends in `detach`. */
type Line = Pick<RedisLink, 'subscribe' | 'unsubscribe'>

export interface ChannelSubscriptions {
  subscribe(channel: string, listener: Listener): Subscription
  deliver(channel: string, payload: Buffer): void
  /**
   * To be called while there is no line. Uses this one from now on, for all
   * that is held; resolves when all of it is heard. What is added from now on
   * waits for the server's word by itself.
   */
  attach(line: Line): Promise<void>
  /** The line is gone, and known to be: nobody waits for `ready` until another one is attached. */
  detach(): void
}

/** A time during which somebody here listens to a channel. */
interface Holding {
  /** Undefined: the channel is heard, or nobody is to wait for it. */
  ready: PromiseWithResolvers<void> | undefined
}

const alreadyHeard = Promise.resolve()

const settleHolding = (holding: Holding): void => {
  holding.ready?.resolve()
  holding.ready = undefined
}

/** A class for the sake of memory: there is one for each room and user that is held, for as long. */
class ChannelSubscription implements Subscription {
  private readonly holding: Holding
  private readonly place: ListenerEntry
  private readonly leave: (place: ListenerEntry, holding: Holding) => void

  constructor(holding: Holding, place: ListenerEntry, leave: (place: ListenerEntry, holding: Holding) => void) {
    this.holding = holding
    this.place = place
    this.leave = leave
  }

  get ready(): Promise<void> {
    return this.holding.ready?.promise ?? alreadyHeard
  }

  close(): void {
    if (this.place.isActive) this.leave(this.place, this.holding)
  }
}

/**
 * Many listeners, one subscription per channel. What is to be subscribed and
 * what to be let go is found at the end of the turn, so that many calls become
 * one command, and a channel that comes and goes in one turn none.
 */
export const channelSubscriptions = (log: Log): ChannelSubscriptions => {
  const listeners = channelListeners(log)
  const holdings = new Map<string, Holding>()
  /** What the line has been asked for, each with its answer. */
  const asked = new Map<string, Promise<void>>()
  const touched = new Set<string>()
  let line: Line | undefined

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
      // A failure ends the line, and `detach` resolves it.
      if (holding !== undefined)
        void asked.get(channel)?.then(
          () => settleHolding(holding),
          () => {},
        )
    }
    await sent
  }

  const settleTouched = (): void => {
    if (line === undefined) touched.clear()
    else settle(line).catch(() => {})
  }
  const touch = (channel: string): void => {
    touched.add(channel)
    if (touched.size === 1) queueMicrotask(settleTouched)
  }

  const hold = (channel: string): Holding => {
    const holding = { ready: line === undefined ? undefined : Promise.withResolvers<void>() }
    holdings.set(channel, holding)
    touch(channel)
    return holding
  }

  const leave = (place: ListenerEntry, holding: Holding): void => {
    const { channel } = place
    listeners.remove(place)
    if (listeners.has(channel)) return
    holdings.delete(channel)
    settleHolding(holding)
    touch(channel)
  }

  const subscribe = (channel: string, listener: Listener): Subscription => {
    const holding = holdings.get(channel) ?? hold(channel)
    return new ChannelSubscription(holding, listeners.add(channel, listener), leave)
  }

  return {
    subscribe,
    deliver: listeners.deliver,
    attach: (to) => {
      line = to
      for (const channel of listeners.channels()) touched.add(channel)
      return settle(to)
    },
    detach: () => {
      line = undefined
      asked.clear()
      for (const holding of holdings.values()) settleHolding(holding)
    },
  }
}
