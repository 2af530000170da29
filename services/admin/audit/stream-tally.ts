import type { EventRecord } from './event-seq.ts'
import { eventSeq } from './event-seq.ts'
import type { Findings } from './findings.ts'
import { createFindings, missingOnStream, notAnEvent } from './findings.ts'
import { createSeqFilter } from './seq-filter.ts'

/** The records of one stream since the last round. */
export interface Seen {
  readonly first: number
  readonly last: number
  /** The tally has seen neither `first` nor the seq before it in earlier rounds. */
  readonly followsUnseen: boolean
}

/** The streams with records since the last round. */
export type Window = ReadonlyMap<string, Seen>

/**
 * A summary of the records that arrive on the event stream: one entry per stream
 * with records since the last round, and filters of constant size for earlier
 * rounds.
 */
export interface StreamTally {
  readonly records: number
  /** The number of streams with an entry. */
  readonly kept: number
  /** Every record published after this time has been seen or will be. */
  readonly completeSinceMs: number
  see(record: EventRecord): void
  /** The last seq since the last round; 0 if there is none. */
  lastOf(stream: string): number
  /** Begins a round: removes the entries and returns them. */
  takeWindow(): Window
  /** Gaps and records that are not events, found since the last call. */
  takeFindings(): Pick<Findings, 'count' | 'first'>
  /** Starts a new filter, keeps the previous one and drops the one before. */
  renew(nowMs: number): void
}

const generation = (openedMs: number) => ({ openedMs, seqs: createSeqFilter() })

export const createStreamTally = (): StreamTally => {
  let entries = new Map<string, Seen>()
  let found = createFindings()
  let records = 0
  let [newer, older] = [generation(Number.POSITIVE_INFINITY), generation(Number.POSITIVE_INFINITY)]

  const hasSeen = (stream: string, seq: number): boolean => newer.seqs.has(stream, seq) || older.seqs.has(stream, seq)

  const note = (stream: string, seq: number): void => {
    const { first, last, followsUnseen } = entries.get(stream) ?? {
      first: seq,
      last: seq,
      followsUnseen: seq > 1 && !hasSeen(stream, seq - 1) && !hasSeen(stream, seq),
    }
    if (seq > last + 1) found.add(missingOnStream(stream, `seq ${seq} follows seq ${last}`))
    entries.set(stream, { first, last: Math.max(last, seq), followsUnseen })
    newer.seqs.add(stream, seq)
  }

  return {
    get records() {
      return records
    },
    get kept() {
      return entries.size
    },
    get completeSinceMs() {
      return Math.min(newer.openedMs, older.openedMs)
    },
    see: (record) => {
      records += 1
      const seq = eventSeq(record)
      if (seq !== undefined) return note(record.key, seq)
      found.add(notAnEvent(record.key))
    },
    lastOf: (stream) => entries.get(stream)?.last ?? 0,
    takeWindow: () => {
      const taken = entries
      entries = new Map()
      return taken
    },
    takeFindings: () => {
      const taken = found
      found = createFindings()
      return taken
    },
    renew: (nowMs) => {
      older = newer
      newer = generation(nowMs)
    },
  }
}
