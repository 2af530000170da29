import { callAll } from './call-all.ts'
import type { FanOutLog } from './fan-out-log.ts'

export type Listener = (payload: Buffer) => void

/**
 * Who in this process listens to which topic.
 *
 * Promises:  a listener that was removed is not called, also when it is
 *            removed by another one in the middle of a delivery; one that
 *            throws is logged and kept. The same function may listen twice.
 */
export interface TopicListeners {
  /** Returns the way to remove it again, idempotent. */
  add(topic: string, listener: Listener): () => void
  /** Whether anybody listens. */
  has(topic: string): boolean
  /** Every topic that somebody listens to. */
  topics(): IterableIterator<string>
  deliver(topic: string, payload: Buffer): void
}

interface Place {
  readonly listener: Listener
}

export const topicListeners = (log: FanOutLog): TopicListeners => {
  const places = new Map<string, Set<Place>>()

  const add = (topic: string, listener: Listener): (() => void) => {
    const place: Place = { listener }
    const those = places.get(topic) ?? new Set()
    places.set(topic, those.add(place))
    return () => {
      if (those.delete(place) && those.size === 0) places.delete(topic)
    }
  }

  const deliver = (topic: string, payload: Buffer): void => {
    const those = places.get(topic)
    if (those === undefined) return
    // A copy, because a listener may add another, which is not to hear this one.
    callAll([...those], (place) => those.has(place) && place.listener(payload), log)
  }

  return { add, has: (topic) => places.has(topic), topics: () => places.keys(), deliver }
}
