import type { Subscription } from '../../shared/ports/fan-out.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { Listener, ListenerEntry } from './channel-listeners.ts'
import { channelListeners } from './channel-listeners.ts'

/** The part of a link that the subscriptions use. A failure ends the link, and the owner then calls `detach`. */
type SubscriptionLink = Pick<RedisLink, 'subscribe' | 'unsubscribe'>

/** The listeners of this process and their subscriptions on the server. */
export interface ChannelSubscriptions {
  subscribe(channel: string, listener: Listener): Subscription
  /** Calls the listeners of the channel. */
  deliver(channel: string, payload: Buffer): void
  /**
   * Subscribes to all channels over this link, and uses it for later changes.
   * Resolves when the server has answered for the present channels. Call it only
   * while no link is attached.
   */
  attach(link: SubscriptionLink): Promise<void>
  /** The link has ended: every `ready` resolves, until another link is attached. */
  detach(): void
}

/** The state of one channel while it has listeners. */
interface ChannelState {
  /** Undefined: the channel is subscribed, or there is no link. */
  ready: PromiseWithResolvers<void> | undefined
}

const alreadySubscribed = Promise.resolve()

const release = (state: ChannelState): void => {
  state.ready?.resolve()
  state.ready = undefined
}

/** A class, to save memory: there is one object per held room and user. */
class ChannelSubscription implements Subscription {
  private readonly state: ChannelState
  private readonly entry: ListenerEntry
  private readonly unsubscribe: (entry: ListenerEntry, state: ChannelState) => void

  constructor(state: ChannelState, entry: ListenerEntry, unsubscribe: (entry: ListenerEntry, state: ChannelState) => void) {
    this.state = state
    this.entry = entry
    this.unsubscribe = unsubscribe
  }

  get ready(): Promise<void> {
    return this.state.ready?.promise ?? alreadySubscribed
  }

  close(): void {
    if (this.entry.isActive) this.unsubscribe(this.entry, this.state)
  }
}

/**
 * One subscription on the server per channel, for any number of listeners.
 * Changes are sent at the end of the turn of the event loop: many calls become
 * one command, and opposite changes of one channel cancel each other.
 */
export const channelSubscriptions = (log: Log): ChannelSubscriptions => {
  const listeners = channelListeners(log)
  const states = new Map<string, ChannelState>()
  /** The channels requested over the link, each with its answer. */
  const requested = new Map<string, Promise<void>>()
  const changed = new Set<string>()
  let link: SubscriptionLink | undefined

  const send = (to: SubscriptionLink, added: readonly string[], removed: readonly string[]): Promise<unknown> => {
    const subscribed = added.length === 0 ? Promise.resolve() : to.subscribe(added)
    for (const channel of added) requested.set(channel, subscribed)
    for (const channel of removed) requested.delete(channel)
    const unsubscribed = removed.length === 0 ? Promise.resolve() : to.unsubscribe(removed)
    return Promise.all([subscribed, unsubscribed])
  }

  const synchronize = async (to: SubscriptionLink): Promise<void> => {
    const channels = [...changed]
    changed.clear()
    const added = channels.filter((channel) => listeners.has(channel) && !requested.has(channel))
    const removed = channels.filter((channel) => !listeners.has(channel) && requested.has(channel))
    const sent = send(to, added, removed)
    for (const channel of channels) {
      const state = states.get(channel)
      // A failure ends the link; `detach` then resolves `ready`.
      if (state !== undefined)
        void requested.get(channel)?.then(
          () => release(state),
          () => {},
        )
    }
    await sent
  }

  const synchronizeChanged = (): void => {
    if (link === undefined) changed.clear()
    else synchronize(link).catch(() => {})
  }
  const markChanged = (channel: string): void => {
    changed.add(channel)
    if (changed.size === 1) queueMicrotask(synchronizeChanged)
  }

  const open = (channel: string): ChannelState => {
    const state = { ready: link === undefined ? undefined : Promise.withResolvers<void>() }
    states.set(channel, state)
    markChanged(channel)
    return state
  }

  const unsubscribe = (entry: ListenerEntry, state: ChannelState): void => {
    const { channel } = entry
    listeners.remove(entry)
    if (listeners.has(channel)) return
    states.delete(channel)
    release(state)
    markChanged(channel)
  }

  const subscribe = (channel: string, listener: Listener): Subscription => {
    const state = states.get(channel) ?? open(channel)
    return new ChannelSubscription(state, listeners.add(channel, listener), unsubscribe)
  }

  return {
    subscribe,
    deliver: listeners.deliver,
    attach: (to) => {
      link = to
      for (const channel of listeners.channels()) changed.add(channel)
      return synchronize(to)
    },
    detach: () => {
      link = undefined
      requested.clear()
      for (const state of states.values()) release(state)
    },
  }
}
