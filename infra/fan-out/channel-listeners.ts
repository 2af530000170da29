import { callAll } from './call-all.ts'
import type { FanOutLog } from './fan-out-log.ts'

export type Listener = (payload: Buffer) => void

/** Where somebody listens, until it is removed. */
export interface Place {
  readonly channel: string
  readonly listener: Listener
  readonly isTaken: boolean
}

/**
 * Who in this process listens to which topic.
 *
 * Promises:  a listener that was removed is not called, also when it is
 *            removed by another one in the middle of a delivery; one that
 *            throws is logged and kept. The same function may listen twice.
 */
export interface ChannelListeners {
  add(channel: string, listener: Listener): Place
  /** Idempotent. */
  remove(place: Place): void
  /** Whether anybody listens. */
  has(channel: string): boolean
  /** Every topic that somebody listens to. */
  channels(): IterableIterator<string>
  deliver(channel: string, payload: Buffer): void
}

interface OwnPlace extends Place {
  isTaken: boolean
}

export const channelListeners = (log: FanOutLog): ChannelListeners => {
  /** Lists that are never changed: a listener may add another in the middle of a delivery, which is not to hear it. */
  const places = new Map<string, readonly OwnPlace[]>()

  const add = (channel: string, listener: Listener): Place => {
    const place: OwnPlace = { channel, listener, isTaken: true }
    const those = places.get(channel)
    places.set(channel, those === undefined ? [place] : [...those, place])
    return place
  }

  const remove = (place: Place): void => {
    if (!place.isTaken) return
    const own = place as OwnPlace
    own.isTaken = false
    const left = (places.get(place.channel) ?? []).filter((other) => other.isTaken)
    if (left.length === 0) places.delete(place.channel)
    else places.set(place.channel, left)
  }

  const deliver = (channel: string, payload: Buffer): void =>
    callAll(places.get(channel) ?? [], (place) => place.isTaken && place.listener(payload), log)

  return { add, remove, has: (channel) => places.has(channel), channels: () => places.keys(), deliver }
}
