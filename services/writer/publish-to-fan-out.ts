import type { FanOut, Publication } from '../../shared/ports/fan-out.ts'
import type { WriterMetrics } from './metrics.ts'
import type { WriterLog } from './writer-log.ts'

/** Tells the gateways; never rejects. */
export type PublishToFanOut = (items: readonly Publication[]) => Promise<void>

/**
 * Publishes once. What fails is not tried again: the gateways compare heads
 * with the store and deliver it from there. Logs only when that begins and
 * ends, because while the fan-out is down every batch fails.
 */
export const createPublishToFanOut = (fanOut: FanOut, metrics: WriterMetrics, log: WriterLog): PublishToFanOut => {
  let isFailing = false
  return async (items) => {
    if (items.length === 0) return
    try {
      await fanOut.publish(items)
      if (isFailing) log.info({}, 'the fan-out takes publications again')
      isFailing = false
    } catch (error) {
      metrics.onFanOutFailure()
      if (!isFailing) log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'the fan-out takes no publications')
      isFailing = true
    }
  }
}
