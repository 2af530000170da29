import type { EventKey } from '../../../shared/ports/stream-summary.ts'
import { hasCanaryForm } from './canary.ts'
import { compareHeads } from './compare-stream.ts'
import { expiredStreams } from './expired-events.ts'
import type { Findings } from './findings.ts'
import { missingOnStream } from './findings.ts'
import type { SeqFilter } from './seq-filter.ts'
import { createSeqFilter } from './seq-filter.ts'
import type { PassResult } from './stream-pass.ts'
import { passOver } from './stream-pass.ts'
import type { StreamTally } from './stream-tally.ts'
import type { VerifyStoreDeps } from './verify-deps.ts'
import { aheadFindings } from './window-findings.ts'

type Heads = ReadonlyMap<string, number>

/** The passes of a full round over the event stream, each for a part of the store's streams. Heads must be read before their pass. */
export interface Passes {
  compare(heads: Heads): Promise<void>
  /** Also finds streams of no part; resolves with the number of records of the event stream. */
  compareLast(heads: Heads): Promise<number>
}

/** The newest event without a record of each stream whose records do not begin with its first event. */
const newestMissing = ({ beginsAt }: PassResult, heads: Heads, seenTo: (stream: string) => number): readonly EventKey[] => [
  ...[...beginsAt].map(([stream, first]) => ({ stream, seq: first - 1 })),
  ...[...heads].filter(([stream]) => seenTo(stream) === 0).map(([stream, head]) => ({ stream, seq: head })),
]

export const createPasses = (deps: VerifyStoreDeps, tally: StreamTally, findings: Findings): Passes => {
  /** The streams of earlier passes, with seq 0. The first pass is usually the only one, which needs no filter. */
  let compared: SeqFilter | undefined
  /** Streams with records after the head that the store had before the pass. */
  const ahead = new Map<string, number>()
  let records: number | undefined

  const pass = async (heads: Heads, isUnknown: (stream: string) => boolean): Promise<number> => {
    const pass = await passOver(deps.readEvents, heads, { isFirst: records === undefined, isUnknown })
    const { lastOf, unknown, ...found } = pass
    findings.addAll(found.findings)
    const seenTo = (stream: string): number => Math.max(lastOf.get(stream) ?? 0, tally.lastOf(stream))
    const expired = await expiredStreams(deps, newestMissing(pass, heads, seenTo))
    await compareHeads(
      deps,
      new Map([...heads].filter(([stream]) => seenTo(stream) > 0 || !expired.has(stream))),
      seenTo,
      findings,
    )
    for (const [stream, seq] of found.beginsAt)
      if (!expired.has(stream)) findings.add(missingOnStream(stream, `seq ${seq} follows seq 0`))
    for (const seqs of [lastOf, unknown])
      for (const [stream, last] of seqs) if (last > (heads.get(stream) ?? 0)) ahead.set(stream, last)
    records = found.records
    return records
  }

  /** Events may have been stored since the heads were read: reads the heads again. */
  const compareAhead = async (): Promise<void> => {
    if (ahead.size === 0) return
    const heads = new Map<string, number>()
    await deps.readSummaries(
      ({ summaries }) => {
        for (const { stream, head } of summaries) heads.set(stream, head)
      },
      [...ahead.keys()],
    )
    for (const finding of aheadFindings(ahead, heads)) findings.add(finding)
  }

  return {
    compare: async (heads) => {
      await pass(heads, () => false)
      compared ??= createSeqFilter()
      for (const stream of heads.keys()) compared.add(stream, 0)
    },
    compareLast: async (heads) => {
      const total = await pass(heads, (stream) => !compared?.has(stream, 0) && !hasCanaryForm(stream))
      await compareAhead()
      return total
    },
  }
}
