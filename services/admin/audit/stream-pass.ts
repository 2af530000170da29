import type { EventRecord } from './event-seq.ts'
import { eventSeq } from './event-seq.ts'
import type { Findings } from './findings.ts'
import { createFindings, missingOnStream, notAnEvent } from './findings.ts'

/** Reads the event stream from its first record to its current end. */
export type ReadEvents = (onRecord: (record: EventRecord) => void) => Promise<void>

/** The content of the event stream for a set of streams. */
export interface PassResult {
  readonly records: number
  readonly lastOf: ReadonlyMap<string, number>
  /** The first seqs of the streams whose first record is not that of their first event. */
  readonly beginsAt: ReadonlyMap<string, number>
  /** The last seqs of unknown streams. */
  readonly unknown: ReadonlyMap<string, number>
  readonly findings: Pick<Findings, 'count' | 'first'>
}

/** What one pass over the event stream checks. */
export interface PassOptions {
  /** The first of several passes also checks that every record is an event. */
  readonly isFirst: boolean
  /** Selects the streams that are not in the set, but are returned as unknown. */
  readonly isUnknown: (stream: string) => boolean
}

/** Reads the event stream from its first record, checks these streams, and keeps one number per stream. */
export const passOver = async (
  readEvents: ReadEvents,
  streams: ReadonlyMap<string, unknown>,
  { isFirst, isUnknown }: PassOptions,
): Promise<PassResult> => {
  const lastOf = new Map<string, number>()
  const unknown = new Map<string, number>()
  const beginsAt = new Map<string, number>()
  const findings = createFindings()
  let records = 0
  await readEvents((record) => {
    records += 1
    const { key } = record
    const isOwn = streams.has(key)
    const kept = isOwn ? lastOf : isUnknown(key) ? unknown : undefined
    if (!isFirst && kept === undefined) return
    const seq = eventSeq(record)
    if (seq === undefined && isFirst) findings.add(notAnEvent(key))
    if (seq === undefined || kept === undefined) return
    const last = kept.get(key) ?? 0
    if (isOwn && last === 0 && seq > 1) beginsAt.set(key, seq)
    else if (isOwn && seq > last + 1) findings.add(missingOnStream(key, `seq ${seq} follows seq ${last}`))
    kept.set(key, Math.max(last, seq))
  })
  return { records, lastOf, unknown, beginsAt, findings }
}
