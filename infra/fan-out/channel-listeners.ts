import type { Log } from '../../shared/runtime/observability/log.ts'
import { callAll } from './call-all.ts'

export type Listener = (payload: Buffer) => void

/** Where somebody listens, until it is removed. */
export interface ListenerEntry {
  readonly channel: string
  readonly listener: Listener
  readonly isActive: boolean
}

/**
 * Who in this process listens to which topic.
 *
 * Promises:  a listener that was removed is not called, also when it is
 *            removed by another one in the middle of a delivery; one that
 *            throws is logged and kept. The same function may listen twice.
 */
export interface ChannelListeners {
  add(channel: string, listener: Listener): ListenerEntry
  /** Idempotent. */
  remove(place: ListenerEntry): void
  /** Whether anybody listens. */
  has(channel: string): boolean
  /** Every topic that somebody listens to. */
  channels(): IterableIterator<string>
  deliver(channel: string, payload: Buffer): void
}

interface MutableEntry extends ListenerEntry {
  isActive: boolean
}

export const channelListeners = (log: Log): ChannelListeners => {
  /** Lists that are never changed: a listener may add another in the middle of a delivery, which is not to hear it. */
  const places = new Map<string, readonly MutableEntry[]>()

  const add = (channel: string, listener: Listener): ListenerEntry => {
    const place: MutableEntry = { channel, listener, isActive: true }
    const those = places.get(channel)
    places.set(channel, those === undefined ? [place] : [...those, place])
    return place
  }

  const remove = (place: ListenerEntry): void => {
    if (!place.isActive) return
    const own = place as MutableEntry
    own.isActive = false
    const left = (places.get(place.channel) ?? []).filter((other) => other.isActive)
    if (left.length === 0) places.delete(place.channel)
    else places.set(place.channel, left)
  }

  const deliver = (channel: string, payload: Buffer): void =>
    callAll(places.get(channel) ?? [], (place) => place.isActive && place.listener(payload), log)

  return { add, remove, has: (channel) => places.has(channel), channels: () => places.keys(), deliver }
}
