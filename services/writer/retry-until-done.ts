import type { Backoff, PartitionLease } from './backoff.ts'
import type { RetryCause, WriterMetrics } from './metrics.ts'
import type { Part, StalledPartitions } from './stalled-partitions.ts'
import type { WriterLog } from './writer-log.ts'

/** Work that must succeed before a batch may be acknowledged. */
export interface Task<T> {
  readonly part: Part
  readonly cause: RetryCause
  readonly run: () => Promise<T>
  /** An error after which no further attempt is made; it is thrown. */
  readonly isFinal?: (error: unknown) => boolean
}

/** Runs a task until it succeeds, and returns its result. */
export type RetryUntilDone = <T>(lease: PartitionLease, task: Task<T>) => Promise<T>

/** The pauses and observers of the retries. */
export interface RetryUntilDoneDeps {
  readonly backoff: Backoff
  readonly stalledPartitions: StalledPartitions
  readonly metrics: WriterMetrics
  readonly log: WriterLog
}

const reasonOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown')

/**
 * Retries forever, with backoff and heartbeats, and shows the stalled partition in readiness. Throws only final errors,
 * and when the batch is abandoned.
 */
export const createRetryUntilDone = ({ backoff, stalledPartitions, metrics, log }: RetryUntilDoneDeps): RetryUntilDone => {
  const attempts = async <T>(lease: PartitionLease, { part, cause, run, isFinal = () => false }: Task<T>): Promise<T> => {
    const { partition } = lease
    for (let failures = 1; ; failures += 1) {
      try {
        const result = await run()
        if (failures > 1) log.info({ part, partition, failures: failures - 1 }, 'batch resumed after retries')
        return result
      } catch (error) {
        if (isFinal(error)) throw error
        stalledPartitions.report(part, partition)
        metrics.onRetry(cause)
        if (failures === 1) log.warn({ part, partition, reason: reasonOf(error) }, 'batch failed, retrying')
      }
      await backoff.afterFailure(lease, failures)
    }
  }
  return async (lease, task) => {
    try {
      return await attempts(lease, task)
    } finally {
      stalledPartitions.clear(task.part, lease.partition)
    }
  }
}
