import type { FanOut, Publication } from '../../shared/ports/fan-out.ts'
import type { WriterMetrics } from './metrics.ts'
import type { WriterLog } from './writer-log.ts'

/** Publishes to the gateways; never rejects. */
export type PublishToFanOut = (publications: readonly Publication[]) => Promise<void>

/**
 * Publishes once, without a retry: gateways compare their heads with the store
 * and deliver missed events from it. Logs only the first failure and the
 * recovery, because every batch fails while the fan-out is down.
 */
export const createPublishToFanOut = (fanOut: FanOut, metrics: WriterMetrics, log: WriterLog): PublishToFanOut => {
  let isFailing = false
  return async (publications) => {
    if (publications.length === 0) return
    try {
      await fanOut.publish(publications)
      if (isFailing) log.info({}, 'fan-out available again')
      isFailing = false
    } catch (error) {
      metrics.onFanOutFailure()
      if (!isFailing)
        log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'fan-out unavailable, publications dropped')
      isFailing = true
    }
  }
}
