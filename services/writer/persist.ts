import type { RetryCause, WriterMetrics } from './metrics.ts'
import type { Hold, Patience } from './patience.ts'
import type { Part, Troubles } from './troubles.ts'
import type { WriterLog } from './writer-log.ts'

/** Work that must succeed before a batch may be acknowledged. */
export interface Task {
  readonly part: Part
  readonly cause: RetryCause
  readonly run: () => Promise<void>
  /** An error that no further attempt can mend; it is thrown on. */
  readonly isFinal?: (error: unknown) => boolean
}

/** Runs a task until it succeeds. */
export type Persist = (hold: Hold, task: Task) => Promise<void>

export interface PersistDeps {
  readonly patience: Patience
  readonly troubles: Troubles
  readonly metrics: WriterMetrics
  readonly log: WriterLog
}

const reasonOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown')

/** Tries for ever, with back-off and heartbeats, shown as a trouble meanwhile; throws only when the batch is given up. */
export const createPersist = ({ patience, troubles, metrics, log }: PersistDeps): Persist => {
  const attempts = async (hold: Hold, { part, cause, run, isFinal = () => false }: Task): Promise<void> => {
    const { partition } = hold
    for (let failures = 1; ; failures += 1) {
      try {
        await run()
        if (failures > 1) log.info({ part, partition, failures: failures - 1 }, 'a batch that waited goes on')
        return
      } catch (error) {
        if (isFinal(error)) throw error
        troubles.report(part, partition)
        metrics.onRetry(cause)
        if (failures === 1) log.warn({ part, partition, reason: reasonOf(error) }, 'a batch waits and tries again')
      }
      await patience.afterFailure(hold, failures)
    }
  }
  return async (hold, task) => {
    try {
      await attempts(hold, task)
    } finally {
      troubles.clear(task.part, hold.partition)
    }
  }
}
