import type { EventRecord } from './event-seq.ts'
import { eventSeq } from './event-seq.ts'
import type { Findings } from './findings.ts'
import { createFindings, missingOnStream, notAnEvent } from './findings.ts'

export type ReadEvents = (onRecord: (record: EventRecord) => void) => Promise<void>

/** What the event stream holds of some streams. */
export interface PassResult {
  readonly records: number
  readonly lastOf: ReadonlyMap<string, number>
  readonly findings: Pick<Findings, 'count' | 'first'>
}

/**
 * Reads the event stream from its first record. Checks these streams, and keeps
 * one number for each. The first of several passes checks that every record is an event.
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
    if (seq > last + 1) findings.add(missingOnStream(key, `${seq} comes after ${last}`))
    lastOf.set(key, Math.max(last, seq))
  })
  return { records, lastOf, findings }
}
