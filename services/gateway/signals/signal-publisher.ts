import type { FanOut, Publication } from '../../../shared/ports/fan-out.ts'
import type { RoomSignal, UserSignal } from '../../../shared/records/signals.ts'
import { writeSignal } from '../../../shared/records/signals.ts'
import type { OnDropped } from './drop-reason.ts'

/** Publishes signals to the gateways whose sessions watch. */
export interface SignalPublisher {
  /**
   * Publishes a signal soon. A signal that still waits under the same key is
   * replaced. False: the signal was dropped.
   */
  publish(key: string, channel: string, signal: RoomSignal | UserSignal): boolean
}

/** The fan-out, and the bound of what waits for it. */
export interface SignalPublisherDeps {
  readonly fanOut: Pick<FanOut, 'publish' | 'state'>
  readonly maxWaiting: number
  readonly onDropped: OnDropped
}

/** Signals of one publication, so that writing many of them does not delay the events of rooms. */
const publishedAtOnce = 250

/**
 * One publication in flight; signals that arrive meanwhile go into later ones.
 * What the fan-out does not accept is dropped and never repeated, because a
 * signal is over when the fan-out is back.
 */
export const createSignalPublisher = ({ fanOut, maxWaiting, onDropped }: SignalPublisherDeps): SignalPublisher => {
  const waiting = new Map<string, Publication>()
  let isPublishing = false

  const takeOldest = (): readonly Publication[] => {
    const oldest = [...waiting].slice(0, publishedAtOnce)
    for (const [key] of oldest) waiting.delete(key)
    return oldest.map(([, publication]) => publication)
  }

  const publishWaiting = async (): Promise<void> => {
    isPublishing = true
    while (waiting.size > 0) {
      const items = takeOldest()
      try {
        await fanOut.publish(items)
      } catch {
        onDropped('fan_out', items.length)
      }
    }
    isPublishing = false
  }

  const drop = (reason: Parameters<OnDropped>[0]): false => {
    onDropped(reason, 1)
    return false
  }

  return {
    publish: (key, channel, signal) => {
      if (fanOut.state === 'down') return drop('fan_out')
      if (waiting.size >= maxWaiting && !waiting.has(key)) return drop('busy')
      waiting.set(key, { channel, payload: writeSignal(signal) })
      if (!isPublishing) void publishWaiting()
      return true
    },
  }
}
