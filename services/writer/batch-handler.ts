import { recordHeaders } from '../../shared/domain/record-headers.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog, LogRecord, RecordBatch } from '../../shared/ports/command-log.ts'
import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Announce } from './announce.ts'
import type { Decision } from './decide-batch.ts'
import { framedEvents } from './framed-events.ts'
import { membershipNotices } from './membership-notices.ts'
import type { RecordResult, WriterMetrics } from './metrics.ts'
import type { Settled } from './outcome-lines.ts'
import { internalPublications, outcomePublications } from './outcome-lines.ts'
import type { Hold } from './patience.ts'
import type { Persist } from './persist.ts'
import type { Entry, Faulty } from './read-record.ts'
import { readRecord } from './read-record.ts'
import type { RecordSpans } from './record-spans.ts'
import { openRecordSpans } from './record-spans.ts'
import { roomPublications } from './room-publications.ts'
import type { Settle } from './settle.ts'
import { reportAges } from './stage-ages.ts'
import { streamRecords } from './stream-records.ts'
import type { WriterLog } from './writer-log.ts'

export interface BatchHandlerDeps {
  readonly commandLog: Pick<CommandLog, 'bury'>
  /** Absent where nobody else listens. */
  readonly eventStream: EventStream | undefined
  readonly settle: Settle
  readonly persist: Persist
  readonly announce: Announce
  readonly clock: Clock
  readonly metrics: WriterMetrics
  readonly log: WriterLog
  readonly bounds: Pick<Bounds, 'publicationBytes' | 'writerBatchRecords'>
}

const isEntry = (read: Entry | Faulty): read is Entry => 'command' in read

const isFaulty = (read: Entry | Faulty): read is Faulty => !isEntry(read)

const resultOf = (decision: Decision): RecordResult =>
  (decision.kind === 'event' || decision.kind === 'rejection') && decision.isRepeat ? 'repeat' : decision.kind

/**
 * One batch from the log: read, decide and store, publish. Resolves when all
 * effects have been tried (fan-out) or acknowledged (everything else), so that
 * the batch may be acknowledged. Throws only when the batch is given up; it is
 * then delivered again, and every outcome is found recorded and published again.
 */
export const createBatchHandler = (deps: BatchHandlerDeps): ((batch: RecordBatch) => Promise<void>) => {
  const { commandLog, eventStream, settle, persist, announce, clock, metrics, log, bounds } = deps

  const publish = async (settled: readonly Settled[], { traceparent }: RecordSpans, hold: Hold): Promise<void> => {
    const streams = framedEvents(
      settled.map(({ decision }) => decision),
      traceparent,
    )
    const records = streamRecords(streams)
    const append = async () => {
      if (eventStream === undefined || records.length === 0) return
      await persist(hold, { part: 'eventStream', cause: 'event-stream', run: () => eventStream.publish(records) })
    }
    // Rooms first: a session that hears in its feed must not hear the answer to a repeat before.
    const items = [
      ...roomPublications(streams, bounds.publicationBytes),
      ...outcomePublications(settled, bounds.publicationBytes),
      ...membershipNotices(streams),
    ]
    const [, appended] = await Promise.allSettled([announce(items), append()])
    if (appended.status === 'rejected') throw appended.reason
  }

  const countStored = (settled: readonly Settled[]): void => {
    const nowMs = clock.nowMs()
    for (const { entry, decision } of settled) {
      metrics.onRecord(resultOf(decision))
      if (decision.kind === 'event' && !decision.isRepeat)
        metrics.onStored(Math.max(0, nowMs - Date.parse(entry.command.at)) / 1_000)
    }
  }

  const setAside = async (faulty: readonly Faulty[], hold: Hold): Promise<void> => {
    for (const { record, reason } of faulty) {
      await persist(hold, { part: 'deadLetter', cause: 'dead-letter', run: () => commandLog.bury(record, reason) })
      metrics.onDeadLetter()
      metrics.onRecord('poison')
      const { partition, offset, headers } = record
      log.error({ partition, offset, command: headers[recordHeaders.command] }, 'a record was set aside')
    }
    await announce(internalPublications(faulty, bounds.publicationBytes))
  }

  const handleSlice = async (records: readonly LogRecord[], hold: Hold, fetchedMs: number): Promise<void> => {
    const startedMs = clock.monotonicMs()
    const read = records.map(readRecord)
    const entries = read.filter(isEntry)
    reportAges(entries, 'fetched', fetchedMs, metrics.onStage)
    reportAges(entries, 'begun', clock.nowMs(), metrics.onStage)
    const spans = openRecordSpans(entries)
    const { settled, faulty } = await settle(entries, hold)
    spans.end(settled)
    countStored(settled)
    await publish(settled, spans, hold)
    reportAges(entries, 'published', clock.nowMs(), metrics.onStage)
    await setAside([...read.filter(isFaulty), ...faulty], hold)
    metrics.onBatch({ records: records.length, seconds: (clock.monotonicMs() - startedMs) / 1_000 })
  }

  return async (batch) => {
    const { records } = batch
    const fetchedMs = clock.nowMs()
    for (let start = 0; start < records.length; start += bounds.writerBatchRecords) {
      if (start > 0) await batch.heartbeat()
      await handleSlice(records.slice(start, start + bounds.writerBatchRecords), batch, fetchedMs)
    }
  }
}
