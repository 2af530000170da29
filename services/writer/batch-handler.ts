import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog, HandledBatch, RecordBatch } from '../../shared/ports/command-log.ts'
import { recordHeaders } from '../../shared/records/record-headers.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { PartitionLease } from './backoff.ts'
import { clampTimes } from './clamp-times.ts'
import type { Decision } from './decide-batch.ts'
import type { EventStreamLane } from './event-stream-lane.ts'
import { framedEvents } from './framed-events.ts'
import { membershipNotices } from './membership-notices.ts'
import type { RecordResult, WriterMetrics } from './metrics.ts'
import type { Settled } from './outcome-lines.ts'
import { internalPublications, outcomePublications } from './outcome-lines.ts'
import type { PublishToFanOut } from './publish-to-fan-out.ts'
import type { Entry, Faulty } from './read-record.ts'
import { readRecord } from './read-record.ts'
import { rowsOf } from './read-set.ts'
import type { RecordSpans } from './record-spans.ts'
import { openRecordSpans } from './record-spans.ts'
import type { RetryUntilDone } from './retry-until-done.ts'
import { roomPublications } from './room-publications.ts'
import type { RowBound } from './row-bound.ts'
import { reportAges } from './stage-ages.ts'
import type { StoreBatch } from './store-batch.ts'
import { streamRecords } from './stream-records.ts'
import type { WriterLog } from './writer-log.ts'
import type { WriterSession } from './writer-session.ts'

type Session = Pick<WriterSession, 'commit' | 'throwIfLost'>

export interface BatchHandlerDeps {
  readonly commandLog: Pick<CommandLog, 'deadLetter'>
  /** Absent where nobody else listens. */
  readonly eventStreamLane: EventStreamLane | undefined
  /** The session that batches are committed in from now on. */
  readonly session: () => Session
  readonly storeBatch: StoreBatch
  readonly retryUntilDone: RetryUntilDone
  readonly rowBound: Pick<RowBound, 'rows'>
  readonly publishToFanOut: PublishToFanOut
  readonly clock: Clock
  readonly metrics: WriterMetrics
  readonly log: WriterLog
  readonly bounds: Pick<Bounds, 'publicationBytes' | 'writerBatchRecords'>
}

/** The driver fetches for no partition of a broker while a batch of one of them is handled. */
const turnMs = 500

const isEntry = (read: Entry | Faulty): read is Entry => 'command' in read

const isFaulty = (read: Entry | Faulty): read is Faulty => !isEntry(read)

const resultOf = (decision: Decision): RecordResult =>
  (decision.kind === 'event' || decision.kind === 'rejection') && decision.isRepeat ? 'repeat' : decision.kind

/** In an object, because a function that returns a promise would wait for it. */
interface Streaming {
  readonly streamed: Promise<void>
}

/**
 * One batch from the log: read, decide and store, tell the gateways. After
 * `turnMs` the rest is left to the next batch, so that other partitions are
 * fetched for. Resolves when the next batch may be decided; `done` when the event stream has the
 * events of this one. Throws only when the batch is given up; it is then
 * delivered again, and every outcome is found recorded and published again.
 */
export const createBatchHandler = (deps: BatchHandlerDeps): ((batch: RecordBatch) => Promise<HandledBatch>) => {
  const { commandLog, eventStreamLane, session, storeBatch, retryUntilDone, publishToFanOut, clock, metrics, log, bounds } = deps

  /** Tells the gateways; `streamed` resolves when the event stream has the events too. */
  const publish = async (settled: readonly Settled[], { traceparent }: RecordSpans, hold: PartitionLease): Promise<Streaming> => {
    const streams = framedEvents(
      settled.map(({ decision }) => decision),
      traceparent,
    )
    const streamed = eventStreamLane?.add(streamRecords(streams), hold) ?? Promise.resolve()
    // It may be given up before the batch has come to its end.
    streamed.catch(() => undefined)
    // Rooms first: a session that hears in its feed must not hear the answer to a repeat before.
    await publishToFanOut([
      ...roomPublications(streams, bounds.publicationBytes),
      ...outcomePublications(settled, bounds.publicationBytes),
      ...membershipNotices(streams),
    ])
    return { streamed }
  }

  const countStored = (settled: readonly Settled[]): void => {
    const nowMs = clock.nowMs()
    for (const { entry, decision } of settled) {
      metrics.onRecord(resultOf(decision))
      if (decision.kind === 'event' && !decision.isRepeat)
        metrics.onStored(Math.max(0, nowMs - Date.parse(entry.command.at)) / 1_000)
    }
  }

  const setAside = async (faulty: readonly Faulty[], hold: PartitionLease): Promise<void> => {
    for (const { record, reason } of faulty) {
      await retryUntilDone(hold, { part: 'deadLetter', cause: 'dead-letter', run: () => commandLog.deadLetter(record, reason) })
      metrics.onDeadLetter()
      metrics.onRecord('poison')
      const { partition, offset, headers } = record
      log.error({ partition, offset, command: headers[recordHeaders.command] }, 'a record was set aside')
    }
    await publishToFanOut(internalPublications(faulty, bounds.publicationBytes))
  }

  const handleSlice = async (
    read: readonly (Entry | Faulty)[],
    { commit, throwIfLost }: Session,
    hold: PartitionLease,
    fetchedMs: number,
  ): Promise<Streaming> => {
    const startedMs = clock.monotonicMs()
    const { entries, clamped } = clampTimes(read.filter(isEntry), clock.nowMs())
    if (clamped > 0) metrics.onClampedTimes(clamped)
    reportAges(entries, 'fetched', fetchedMs, metrics.onStage)
    reportAges(entries, 'begun', clock.nowMs(), metrics.onStage)
    const spans = openRecordSpans(entries)
    const { settled, faulty } = await storeBatch(entries, hold, commit)
    // A fail-over may have lost what was stored: then it comes again.
    throwIfLost()
    spans.end(settled)
    countStored(settled)
    const streaming = await publish(settled, spans, hold)
    reportAges(entries, 'published', clock.nowMs(), metrics.onStage)
    await setAside([...read.filter(isFaulty), ...faulty], hold)
    metrics.onBatch({ records: read.length, seconds: (clock.monotonicMs() - startedMs) / 1_000 })
    return streaming
  }

  /** As many as fit into one append, at least one. */
  const nextSlice = (read: readonly (Entry | Faulty)[], start: number): readonly (Entry | Faulty)[] => {
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
    // One session from the first slice to the last: a later one begins at an earlier offset.
    const current = session()
    const fetchedMs = clock.nowMs()
    const untilMs = clock.monotonicMs() + turnMs
    const read = batch.records.map(readRecord)
    const streamed: Promise<void>[] = []
    let handled = 0
    while (handled < read.length && (handled === 0 || clock.monotonicMs() < untilMs)) {
      if (handled > 0) await batch.heartbeat()
      const slice = nextSlice(read, handled)
      streamed.push((await handleSlice(slice, current, batch, fetchedMs)).streamed)
      handled += slice.length
    }
    return { done: Promise.all(streamed).then(() => undefined), handled }
  }
}
