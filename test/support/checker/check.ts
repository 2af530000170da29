import type { Entry } from '../load/entry.ts'
import { createFeedWalk } from './feed-walk.ts'
import { nothingLost } from './invariants/i1-nothing-lost.ts'
import { nothingUnsent } from './invariants/i2-nothing-unsent.ts'
import { nothingTwice } from './invariants/i3-nothing-twice.ts'
import { oneOrder } from './invariants/i4-one-order.ts'
import { noGaps } from './invariants/i5-no-gaps.ts'
import { senderOrder } from './invariants/i6-sender-order.ts'
import { converges } from './invariants/i7-converges.ts'
import { resumeHonest } from './invariants/i8-resume-honest.ts'
import { authorised } from './invariants/i9-authorised.ts'
import { bounded } from './invariants/i10-bounded.ts'
import { listsAgree } from './invariants/j1-lists-agree.ts'
import { deletedIsGone } from './invariants/j1b-deleted-is-gone.ts'
import { countsAgree } from './invariants/j2-counts-agree.ts'
import { permitted } from './invariants/j5-permitted.ts'
import type { Findings, Invariant, Terms } from './judge.ts'
import type { Entries } from './outline.ts'
import { outlineOf } from './outline.ts'
import type { Truth } from './truth.ts'

export const invariants = {
  I1: nothingLost,
  I2: nothingUnsent,
  I3: nothingTwice,
  I4: oneOrder,
  I5: noGaps,
  I6: senderOrder,
  I7: converges,
  I8: resumeHonest,
  I9: authorised,
  I10: bounded,
  J1: listsAgree,
  J1b: deletedIsGone,
  J2: countsAgree,
  J5: permitted,
} as const satisfies Readonly<Record<string, Invariant>>

export type InvariantName = keyof typeof invariants

export type Verdicts = Readonly<Record<InvariantName, Findings>>

export const defaultTerms: Terms = { convergeMs: 10_000, firstConfirmationMs: 20_000, memoryKib: 1024 * 1024 }

/** Checks a run against invariants. Reads each history twice; memory grows with commands and places, not with frames. */
export const judgeRun = <Name extends string>(
  judged: Readonly<Record<Name, Invariant>>,
  histories: readonly Entries[],
  truth: Truth,
  terms: Terms,
): Readonly<Record<Name, Findings>> => {
  const walk = createFeedWalk(truth)
  const evidence = { truth, outline: outlineOf(histories), terms, sockets: walk.sockets }
  const judges = Object.entries<Invariant>(judged).map(([name, invariant]) => [name, invariant(evidence)] as const)
  const see = (entry: Readonly<Entry>): void => {
    for (const [, judge] of judges) judge.foresee?.(entry)
    const frame = walk.see(entry)
    for (const [, judge] of judges) judge.see?.(entry, frame)
  }
  for (const history of histories) for (const entry of history.entries()) see(entry)
  return Object.fromEntries(judges.map(([name, judge]) => [name, judge.verdict()])) as Record<Name, Findings>
}

/** Checks a run against the invariants of every run. */
export const checkRun = (histories: readonly Entries[], truth: Truth, terms: Terms = defaultTerms): Verdicts =>
  judgeRun(invariants, histories, truth, terms)

/** Each violation in one line. */
export const problemsOf = (verdicts: Readonly<Record<string, Findings>>): readonly string[] =>
  Object.entries(verdicts).flatMap(([name, { count, examples }]) => {
    const more = count > examples.length ? [`${name}: and ${count - examples.length} more`] : []
    return [...examples.map((example) => `${name}: ${example}`), ...more]
  })
