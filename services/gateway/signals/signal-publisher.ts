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

/**
 * One publication in flight; signals that arrive meanwhile go into the next one.
 * What the fan-out does not accept is dropped and never repeated, because a
 * signal is over when the fan-out is back.
 */
export const createSignalPublisher = ({ fanOut, maxWaiting, onDropped }: SignalPublisherDeps): SignalPublisher => {
  let waiting = new Map<string, Publication>()
  let isPublishing = false

  const publishWaiting = async (): Promise<void> => {
    isPublishing = true
    while (waiting.size > 0) {
      const items = [...waiting.values()]
      waiting = new Map()
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
