import type { EachBatchHandler, EachBatchPayload, OffsetsByTopicPartition } from 'kafkajs'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { BatchHandler, HandledBatch } from '../../../shared/ports/command-log.ts'
import { nameOf } from '../../../shared/runtime/observability/error-text.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { isFence } from '../driver/driver-error.ts'
import type { KafkaTimes } from '../driver/kafka-options.ts'
import type { CommitOffsets } from './offset-commits.ts'
import { partitionAssignment } from './partition-assignment.ts'
import type { AssignmentProgress, PartitionProgress } from './partition-progress.ts'
import { dropAll, lagOf, progressOf, untilAllEmpty } from './partition-progress.ts'
import { readRecord } from './record-text.ts'
import { retryHandler } from './retry-handler.ts'
import type { RewindDeps } from './rewinds.ts'
import { rewinds } from './rewinds.ts'

/**
 * Passes fetched batches to the handler and acknowledges them in order.
 *
 * Promises:  the driver fetches past a batch only after its handler has
 *            resolved; an offset is committed only after every batch before it
 *            is done; errors of a handler never reach the driver, which would
 *            stop after five of them. Sends heartbeats while a handler runs, which the
 *            driver does not do.
 */
export interface BatchDispatcher {
  readonly eachBatch: EachBatchHandler
  /** Number of records of the assigned partitions that are not acknowledged, as of the last fetch of each partition. */
  readonly lag: number
  /** The group has assigned these partitions. */
  begin(partitions: readonly number[]): void
  /** The group takes the partitions back. */
  lose(cause: Error): void
  /** Gives up the delivered batches and delivers again from the committed offsets. */
  rewind(): Promise<void>
  /** Delivers no further batch; resolves when the delivered ones are acknowledged or given up. */
  finish(): Promise<void>
  /** Stops all timers. */
  end(): void
}

/** Options of a batch dispatcher. */
export interface BatchDispatcherOptions extends RewindDeps {
  readonly handler: BatchHandler
  readonly times: KafkaTimes
  readonly clock: Clock
  readonly log: Log
}

const nextOf = (offset: string): string => String(BigInt(offset) + 1n)

const bytesOf = (messages: EachBatchPayload['batch']['messages']): number =>
  messages.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0)

/** Creates a dispatcher without an assignment; `begin` gives it one. */
export const batchDispatcher = (options: BatchDispatcherOptions): BatchDispatcher => {
  const { commits, times, clock, log } = options
  const handle = retryHandler(options)
  const deliveries = new Set<Promise<void>>()
  let calls = 0
  let current: AssignmentProgress | undefined
  let sendHeartbeat: (() => Promise<void>) | undefined
  let finishing: Promise<void> | undefined

  const assign = (partitions: Iterable<number>): AssignmentProgress => {
    if (current !== undefined) dropAll(current)
    current = { partitionAssignment: partitionAssignment([...partitions], times.consumerSessionMs, clock), progress: new Map() }
    if (finishing !== undefined) current.partitionAssignment.giveBack()
    return current
  }

  const rewinding = rewinds({ ...options, current: () => current, assign, isFinishing: () => finishing !== undefined })

  const heartbeatTimer = setInterval(() => {
    // A failure needs no handling here: the signal of the batch informs the handler of a lost partition.
    if (calls > 0 && sendHeartbeat !== undefined) current?.partitionAssignment.heartbeat(sendHeartbeat).catch(() => {})
  }, times.consumerHeartbeatMs).unref()

  /** Commits only while the assignment is current; a refusal by the group ends the assignment. */
  const commitFor =
    (assignment: AssignmentProgress, commit: CommitOffsets): CommitOffsets =>
    async (offsets: OffsetsByTopicPartition) => {
      if (assignment !== current) return
      try {
        await commit(offsets)
      } catch (error) {
        if (isFence(error)) assignment.partitionAssignment.lose(error)
        throw error
      }
      for (const { partition, offset } of offsets.topics.flatMap(({ partitions }) => partitions)) {
        const progress = assignment.progress.get(partition)
        if (progress !== undefined) progress.committed = offset
      }
    }

  const failed = (partition: number, { partitionAssignment: { signal } }: AssignmentProgress, error: unknown): void => {
    if (signal.aborted) return
    log.warn({ partition, error: nameOf(error) }, 'effects of a batch failed; batches are delivered again')
    void rewinding.afterFailure()
  }

  const acknowledgeWhenDone = (
    { batch, commitOffsetsIfNecessary }: EachBatchPayload,
    messages: EachBatchPayload['batch']['messages'],
    { done }: HandledBatch,
    assignment: AssignmentProgress,
    progress: PartitionProgress,
  ): void => {
    const { partition } = batch
    const next = nextOf(messages.at(-1)?.offset ?? progress.acknowledged)
    const commit = commitFor(assignment, commitOffsetsIfNecessary)
    const acknowledge = (): void => {
      progress.acknowledged = next
      rewinding.onProgress()
      commits.done(partition, next, commit)
      if (assignment.partitionAssignment.signal.aborted) void commits.flush()
    }
    progress.queue.add({ bytes: bytesOf(messages), done, acknowledge })
  }

  const deliver = async (payload: EachBatchPayload, assignment: AssignmentProgress): Promise<void> => {
    const { partition, messages, highWatermark } = payload.batch
    const [first] = messages
    if (first === undefined) return
    const { signal } = assignment.partitionAssignment
    const progress = progressOf(assignment, partition, first.offset, (error) => failed(partition, assignment, error))
    progress.end = highWatermark
    await progress.queue.whenNotFull()
    if (assignment.partitionAssignment.lost !== undefined) throw assignment.partitionAssignment.lost
    if (signal.aborted) return
    const records = messages.map((message) => readRecord(message, partition))
    const heartbeat = (): Promise<void> => assignment.partitionAssignment.heartbeat(payload.heartbeat)
    const handled = await handle({ partition, records, heartbeat, signal }, assignment.partitionAssignment)
    // `done` of a batch that was given up may still reject.
    handled?.done.catch(() => {})
    if (handled === undefined || assignment !== current) return
    // The driver fetches the rest again.
    const taken = messages.slice(0, handled.handled)
    payload.resolveOffset(taken.at(-1)?.offset ?? first.offset)
    acknowledgeWhenDone(payload, taken, handled, assignment, progress)
    if (!signal.aborted) return
    // The group changes, or the consumer leaves: offsets that are committed before that are not delivered again.
    await progress.queue.whenEmpty()
    await commits.flush()
  }

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    // Fetched before the rewind, or while the consumer stops: the offset is not resolved, so the driver fetches the batch again.
    const waiting = finishing ?? rewinding.underWay
    if (waiting !== undefined) return waiting
    const assignment = current
    if (assignment === undefined || !assignment.partitionAssignment.partitions.has(payload.batch.partition)) return
    if (assignment.partitionAssignment.lost !== undefined) throw assignment.partitionAssignment.lost
    if (payload.isStale()) return
    const delivering = deliver(payload, assignment)
    deliveries.add(delivering)
    try {
      await delivering
    } finally {
      deliveries.delete(delivering)
    }
  }

  const finish = async (): Promise<void> => {
    current?.partitionAssignment.giveBack()
    await Promise.allSettled(deliveries)
    if (current !== undefined) await untilAllEmpty(current)
  }

  return {
    eachBatch: async (payload) => {
      sendHeartbeat = payload.heartbeat
      calls += 1
      try {
        await eachBatch(payload)
      } finally {
        calls -= 1
      }
    },
    get lag() {
      return current === undefined ? 0 : lagOf(current)
    },
    begin: (partitions) => {
      current?.partitionAssignment.lose(new Error('the group has changed'))
      commits.forget()
      assign(partitions)
    },
    lose: (cause) => current?.partitionAssignment.lose(cause),
    rewind: rewinding.rewind,
    finish: () => {
      finishing ??= finish()
      return finishing
    },
    end: () => clearInterval(heartbeatTimer),
  }
}
