import type { RetryCause, WriterMetrics } from './metrics.ts'
import type { Hold, Patience } from './patience.ts'
import type { Part, Troubles } from './troubles.ts'
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
export type RetryUntilDone = <T>(lease: Hold, task: Task<T>) => Promise<T>

export interface RetryUntilDoneDeps {
  readonly patience: Patience
  readonly troubles: Troubles
  readonly metrics: WriterMetrics
  readonly log: WriterLog
}

const reasonOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown')

/** Retries for ever, with back-off and heartbeats, and shows it in readiness; throws only when the batch is given up. */
export const createRetryUntilDone = ({ patience, troubles, metrics, log }: RetryUntilDoneDeps): RetryUntilDone => {
  const attempts = async <T>(lease: Hold, { part, cause, run, isFinal = () => false }: Task<T>): Promise<T> => {
    const { partition } = lease
    for (let failures = 1; ; failures += 1) {
      try {
        const result = await run()
        if (failures > 1) log.info({ part, partition, failures: failures - 1 }, 'batch resumed after retries')
        return result
      } catch (error) {
        if (isFinal(error)) throw error
        troubles.report(part, partition)
        metrics.onRetry(cause)
        if (failures === 1) log.warn({ part, partition, reason: reasonOf(error) }, 'batch failed, retrying')
      }
      await patience.afterFailure(lease, failures)
    }
  }
  return async (lease, task) => {
    try {
      return await attempts(lease, task)
    } finally {
      troubles.clear(task.part, lease.partition)
    }
  }
}
