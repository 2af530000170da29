import type { BatchHandler, HandledBatch, RecordBatch } from '../../../shared/ports/command-log.ts'
import type { BackOffOptions } from '../../../shared/runtime/async/back-off.ts'
import { backOff } from '../../../shared/runtime/async/back-off.ts'
import { nameOf } from '../../../shared/runtime/observability/error-text.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { PartitionAssignment } from './partition-assignment.ts'

/** Options of `retryHandler`. */
export interface RetryHandlerOptions extends BackOffOptions {
  readonly handler: BatchHandler
  readonly log: Log
}

/** Retries until the handler resolves; undefined when the batch is given up. Throws when the partition is lost. */
export const retryHandler =
  ({ handler, clock, times, log }: RetryHandlerOptions) =>
  async (batch: RecordBatch, assignment: PartitionAssignment): Promise<HandledBatch | undefined> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await handler(batch)
      } catch (error) {
        // Kafka's own error makes the driver join the group again.
        if (assignment.lost !== undefined) throw assignment.lost
        if (assignment.signal.aborted) return undefined
        const { partition } = batch
        if (failures === 1) log.warn({ partition, error: nameOf(error) }, 'a handler threw; its batch is delivered again')
      }
      await backOff({ clock, times }, failures, assignment.signal)
      if (assignment.signal.aborted && assignment.lost === undefined) return undefined
      await batch.heartbeat()
    }
  }
