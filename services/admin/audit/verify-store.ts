import { compareHeads } from './compare-stream.ts'
import type { Findings } from './findings.ts'
import { createPasses } from './full-passes.ts'
import { orphanFinding, streamFindings } from './stream-findings.ts'
import type { StreamTally, Window } from './stream-tally.ts'
import type { StoreSlice, VerifyStoreDeps } from './verify-deps.ts'
import { aheadFindings } from './window-findings.ts'

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

function* lastSeqsIn(window: Window): Generator<readonly [stream: string, last: number]> {
  for (const [stream, { last }] of window) yield [stream, last]
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
  for (const finding of aheadFindings(lastSeqsIn(window), heads)) findings.add(finding)
  return { store, records: tally.records }
}

/** Walks the whole store, and compares every `streamsPerPass` streams with the event stream in a pass of their own. */
export const verifyAll = async (
  deps: VerifyStoreDeps,
  tally: StreamTally,
  findings: Findings,
  streamsPerPass: number,
): Promise<VerifiedStore> => {
  const { store, note } = createCount(findings)
  const passes = createPasses(deps, tally, findings)
  let heads = new Map<string, number>()
  await deps.readSummaries(async (slice) => {
    note(slice)
    for (const { stream, head } of slice.summaries) heads.set(stream, head)
    if (heads.size < streamsPerPass) return
    await passes.compare(heads)
    heads = new Map()
  })
  return { store, records: await passes.compareLast(heads) }
}
