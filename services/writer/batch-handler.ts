import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog, HandledBatch, RecordBatch } from '../../shared/ports/command-log.ts'
import { recordHeaders } from '../../shared/records/record-headers.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { PartitionLease } from './backoff.ts'
import { clampTimes } from './clamp-times.ts'
import type { EventStreamQueue } from './event-stream-queue.ts'
import type { WriterMetrics } from './metrics.ts'
import { deadLetterPublications } from './outcome-publications.ts'
import { publicationsOf } from './publications.ts'
import type { PublishToFanOut } from './publish-to-fan-out.ts'
import type { CommandEntry, UnusableRecord } from './read-record.ts'
import { readRecord } from './read-record.ts'
import { rowsOf } from './read-set.ts'
import { openRecordSpans } from './record-spans.ts'
import type { RetryUntilDone } from './retry-until-done.ts'
import type { RowBound } from './row-bound.ts'
import { reportAges } from './stage-ages.ts'
import type { StoreBatch, StoredEntry } from './store-batch.ts'
import type { WriterLog } from './writer-log.ts'
import type { WriterSession } from './writer-session.ts'

type AppendSession = Pick<WriterSession, 'commit' | 'throwIfLost'>
type ReadResult = CommandEntry | UnusableRecord

/** The steps, ports and bounds of a batch handler. */
export interface BatchHandlerDeps {
  readonly commandLog: Pick<CommandLog, 'deadLetter'>
  /** Undefined without an event stream (embedded). */
  readonly eventStreamQueue: EventStreamQueue | undefined
  /** Returns the current session with the store. */
  readonly session: () => AppendSession
  readonly storeBatch: StoreBatch
  readonly retryUntilDone: RetryUntilDone
  readonly rowBound: Pick<RowBound, 'rows'>
  readonly publishToFanOut: PublishToFanOut
  readonly clock: Clock
  readonly metrics: WriterMetrics
  readonly log: WriterLog
  readonly bounds: Pick<Bounds, 'publicationBytes' | 'writerBatchRecords'>
}

/** The consumer fetches nothing from a broker while it handles a batch of that broker, so the time per batch is limited. */
const maxHandlingMs = 500

const isEntry = (read: ReadResult): read is CommandEntry => 'command' in read
const isFaulty = (read: ReadResult): read is UnusableRecord => !isEntry(read)

/** An object, because an async function would await a promise that it returns. */
interface HandledSlice {
  /** Resolves when the event stream has acknowledged the events of the slice. */
  readonly streamed: Promise<void>
}

/**
 * Handles one batch of the command log in slices, each small enough for one
 * append: read, decide and append, publish, dead-letter.
 *
 * Promises:  resolves when the next batch of the partition may be decided;
 *            `done` resolves when the event stream has acknowledged the events
 *            of this one. After `maxHandlingMs` the remaining records are left
 *            to the next batch. Throws only when the batch is abandoned; it is
 *            then delivered again, and its outcomes are found in the store and
 *            published again.
 */
export const createBatchHandler = (deps: BatchHandlerDeps): ((batch: RecordBatch) => Promise<HandledBatch>) => {
  const { clock, metrics, log, bounds } = deps

  const handleSlice = async (
    slice: readonly ReadResult[],
    { commit, throwIfLost }: AppendSession,
    lease: PartitionLease,
    fetchedMs: number,
  ): Promise<HandledSlice> => {
    const startedMs = clock.monotonicMs()
    // 1. Read: parsed commands, none dated more than a second ahead of the writer's clock.
    const entries = commandsOf(slice, fetchedMs)
    const spans = openRecordSpans(entries)
    // 2. Decide and append. A commit over a lost connection may be lost too: its batch is delivered again.
    const { stored, faulty } = await deps.storeBatch(entries, lease, commit)
    throwIfLost()
    spans.end(stored)
    countStored(stored)
    // 3. Publish: to the event stream while later slices are handled, to the gateways now.
    const { streamRecords, fanOut } = publicationsOf(stored, spans.traceparent, bounds.publicationBytes)
    const streamed = addToEventStream(streamRecords, lease)
    await deps.publishToFanOut(fanOut)
    reportAges(entries, 'published', clock.nowMs(), metrics.onStage)
    // 4. Dead-letter the records that could not be read or stored.
    await deadLetter([...slice.filter(isFaulty), ...faulty], lease)
    metrics.onBatch({ records: slice.length, seconds: (clock.monotonicMs() - startedMs) / 1_000 })
    return { streamed }
  }

  const commandsOf = (slice: readonly ReadResult[], fetchedMs: number): readonly CommandEntry[] => {
    const nowMs = clock.nowMs()
    const { entries, clamped } = clampTimes(slice.filter(isEntry), nowMs)
    if (clamped > 0) metrics.onClampedTimes(clamped)
    reportAges(entries, 'fetched', fetchedMs, metrics.onStage)
    reportAges(entries, 'begun', nowMs, metrics.onStage)
    return entries
  }

  const countStored = (stored: readonly StoredEntry[]): void => {
    const nowMs = clock.nowMs()
    for (const { command, decision } of stored) {
      const isRepeat = 'isRepeat' in decision && decision.isRepeat
      metrics.onRecord(isRepeat ? 'repeat' : decision.kind)
      if (decision.kind === 'event' && !isRepeat) metrics.onStored(Math.max(0, nowMs - Date.parse(command.at)) / 1_000)
    }
  }

  const addToEventStream = (records: Parameters<EventStreamQueue['add']>[0], lease: PartitionLease): Promise<void> => {
    const streamed = deps.eventStreamQueue?.add(records, lease) ?? Promise.resolve()
    // The records may be abandoned before the caller awaits `done`: their rejection must not count as unhandled.
    streamed.catch(() => undefined)
    return streamed
  }

  const deadLetter = async (faulty: readonly UnusableRecord[], lease: PartitionLease): Promise<void> => {
    for (const { record, reason } of faulty) {
      const run = () => deps.commandLog.deadLetter(record, reason)
      await deps.retryUntilDone(lease, { part: 'deadLetter', cause: 'dead-letter', run })
      metrics.onDeadLetter()
      metrics.onRecord('poison')
      const { partition, offset, headers } = record
      log.error({ partition, offset, command: headers[recordHeaders.command] }, 'record moved to the dead-letter topic')
    }
    await deps.publishToFanOut(deadLetterPublications(faulty, bounds.publicationBytes))
  }

  /** As many records as fit into one append, at least one. */
  const nextSlice = (read: readonly ReadResult[], start: number): readonly ReadResult[] => {
    let rows = 0
    let end = start
    while (end < read.length && end - start < bounds.writerBatchRecords) {
      const next = read[end]
      rows += next !== undefined && isEntry(next) ? rowsOf(next.command) : 0
      if (end > start && rows > deps.rowBound.rows) break
      end += 1
    }
    return read.slice(start, end)
  }

  return async (batch) => {
    // All slices use one session: after a loss, the new session begins at an earlier offset.
    const session = deps.session()
    const fetchedMs = clock.nowMs()
    const deadlineMs = clock.monotonicMs() + maxHandlingMs
    const read = batch.records.map(readRecord)
    const streamed: Promise<void>[] = []
    let handled = 0
    while (handled < read.length && (handled === 0 || clock.monotonicMs() < deadlineMs)) {
      if (handled > 0) await batch.heartbeat()
      const slice = nextSlice(read, handled)
      streamed.push((await handleSlice(slice, session, batch, fetchedMs)).streamed)
      handled += slice.length
    }
    return { done: Promise.all(streamed).then(() => undefined), handled }
  }
}
