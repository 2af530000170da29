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
  readonly findings: Pick<Findings, 'count' | 'first'>
}

/**
 * Reads the event stream from its first record, checks these streams, and keeps
 * one number per stream. The first of several passes also checks that every
 * record is an event.
 */
export const passOver = async (
  readEvents: ReadEvents,
  streams: ReadonlyMap<string, unknown>,
  isFirst: boolean,
): Promise<PassResult> => {
  const lastOf = new Map<string, number>()
  const findings = createFindings()
  let records = 0
  await readEvents((record) => {
    records += 1
    const { key } = record
    if (!isFirst && !streams.has(key)) return
    const seq = eventSeq(record)
    if (seq === undefined && isFirst) findings.add(notAnEvent(key))
    if (seq === undefined || !streams.has(key)) return
    const last = lastOf.get(key) ?? 0
    if (seq > last + 1) findings.add(missingOnStream(key, `seq ${seq} follows seq ${last}`))
    lastOf.set(key, Math.max(last, seq))
  })
  return { records, lastOf, findings }
}
