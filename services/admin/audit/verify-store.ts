import type { StreamSummary } from '../../../shared/ports/stream-summary.ts'
import type { StreamDeps } from './compare-stream.ts'
import { compareHeads } from './compare-stream.ts'
import type { Findings } from './findings.ts'
import { orphanFinding, streamFindings } from './stream-findings.ts'
import type { ReadEvents } from './stream-pass.ts'
import { passOver } from './stream-pass.ts'
import type { StreamTally, Window } from './stream-tally.ts'

/** A part of the store: summaries of streams, and streams that exist only in the read model. */
export interface StoreSlice {
  readonly summaries: readonly StreamSummary[]
  readonly orphans: readonly string[]
}

/** The data sources for verifying the store. Their rejections end the round. */
export interface VerifyStoreDeps extends StreamDeps {
  /** Reads these streams, or all if undefined. Awaits `onSlice` before it reads the next slice. */
  readonly readSummaries: (onSlice: (slice: StoreSlice) => void | Promise<void>, streams?: readonly string[]) => Promise<void>
  /** Reads the event stream from its first record to its present end. */
  readonly readEvents: ReadEvents
}

/** The result of verifying the store. */
export interface VerifiedStore {
  readonly store: {
    readonly chats: number
    readonly users: number
    readonly events: number
    readonly messages: number
    /** Events without their content, because their message was deleted. Part of `events`. */
    readonly redacted: number
  }
  /** The number of event-stream records that were compared. */
  readonly records: number
  /** The heads, in the store, of the streams in the window. */
  readonly heads: ReadonlyMap<string, number>
}

const createCount = (findings: Findings) => {
  const store = { chats: 0, users: 0, events: 0, messages: 0, redacted: 0 }
  const note = ({ summaries, orphans }: StoreSlice): void => {
    for (const account of summaries) {
      store[account.kind === 'chat' ? 'chats' : 'users'] += 1
      store.events += account.events
      store.messages += account.messages
      store.redacted += account.redacted
      for (const finding of streamFindings(account)) findings.add(finding)
    }
    for (const stream of orphans) findings.add(orphanFinding(stream))
  }
  return { store, note }
}

/** Walks the changed streams and compares them with their records since the last round. */
export const verifyChanged = async (
  deps: VerifyStoreDeps,
  tally: StreamTally,
  window: Window,
  findings: Findings,
): Promise<VerifiedStore> => {
  const { store, note } = createCount(findings)
  const heads = new Map<string, number>()
  const onSlice = (slice: StoreSlice): void => {
    note(slice)
    for (const { stream, head } of slice.summaries) heads.set(stream, head)
  }
  await deps.readSummaries(onSlice, [...window.keys()])
  const lastOf = (stream: string): number => Math.max(window.get(stream)?.last ?? 0, tally.lastOf(stream))
  await compareHeads(deps, heads, lastOf, findings)
  return { store, records: tally.records, heads }
}

/**
 * Walks the whole store. After every `streamsPerPass` streams it reads the event
 * stream from its beginning for these streams, so that it never keeps more heads
 * than that.
 */
export const verifyAll = async (
  deps: VerifyStoreDeps,
  tally: StreamTally,
  window: Window,
  findings: Findings,
  streamsPerPass: number,
): Promise<VerifiedStore> => {
  const { store, note } = createCount(findings)
  const windowHeads = new Map<string, number>()
  let heads = new Map<string, number>()
  let records: number | undefined
  const compare = async (): Promise<void> => {
    const pass = await passOver(deps.readEvents, heads, records === undefined)
    records = pass.records
    findings.addAll(pass.findings)
    const lastOf = (stream: string): number => Math.max(pass.lastOf.get(stream) ?? 0, tally.lastOf(stream))
    await compareHeads(deps, heads, lastOf, findings)
    heads = new Map()
  }
  await deps.readSummaries(async (slice) => {
    note(slice)
    for (const { stream, head } of slice.summaries) {
      heads.set(stream, head)
      if (window.has(stream)) windowHeads.set(stream, head)
    }
    if (heads.size >= streamsPerPass) await compare()
  })
  if (heads.size > 0 || records === undefined) await compare()
  return { store, records: records ?? 0, heads: windowHeads }
}
