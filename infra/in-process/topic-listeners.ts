import { callAll } from './call-all.ts'
import type { FanOutLog } from './fan-out-log.ts'

export type Listener = (payload: Buffer) => void

/** Where somebody listens, until it is removed. */
export interface Place {
  readonly topic: string
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
export interface TopicListeners {
  add(topic: string, listener: Listener): Place
  /** Idempotent. */
  remove(place: Place): void
  /** Whether anybody listens. */
  has(topic: string): boolean
  /** Every topic that somebody listens to. */
  topics(): IterableIterator<string>
  deliver(topic: string, payload: Buffer): void
}

interface OwnPlace extends Place {
  isTaken: boolean
}

export const topicListeners = (log: FanOutLog): TopicListeners => {
  /** Lists that are never changed: a listener may add another in the middle of a delivery, which is not to hear it. */
  const places = new Map<string, readonly OwnPlace[]>()

  const add = (topic: string, listener: Listener): Place => {
    const place: OwnPlace = { topic, listener, isTaken: true }
    const those = places.get(topic)
    places.set(topic, those === undefined ? [place] : [...those, place])
    return place
  }

  const remove = (place: Place): void => {
    if (!place.isTaken) return
    const own = place as OwnPlace
    own.isTaken = false
    const left = (places.get(place.topic) ?? []).filter((other) => other.isTaken)
    if (left.length === 0) places.delete(place.topic)
    else places.set(place.topic, left)
  }

  const deliver = (topic: string, payload: Buffer): void =>
    callAll(places.get(topic) ?? [], (place) => place.isTaken && place.listener(payload), log)

  return { add, remove, has: (topic) => places.has(topic), topics: () => places.keys(), deliver }
}
