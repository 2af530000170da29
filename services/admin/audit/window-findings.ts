import type { EventAge, EventKey } from '../../../shared/ports/stream-summary.ts'
import type { Finding } from './findings.ts'
import { missingOnStream } from './findings.ts'
import type { Window } from './stream-tally.ts'

/** Finds records of events that the store does not have. The heads must be read after the records. */
export const aheadFindings = (
  lastSeqs: Iterable<readonly [stream: string, last: number]>,
  heads: ReadonlyMap<string, number>,
): readonly Finding[] =>
  [...lastSeqs].flatMap(([stream, last]): readonly Finding[] => {
    const head = heads.get(stream) ?? 0
    if (last <= head) return []
    return [{ part: 'stream', fault: 'different', where: stream, what: `last seq ${last}, but the store ends at ${head}` }]
  })

/** The events directly before the first records of the window, if no record of them has been seen. */
export const unseenBefore = (window: Window): readonly EventKey[] =>
  [...window].flatMap(([stream, { first, followsUnseen }]) => (followsUnseen ? [{ stream, seq: first - 1 }] : []))

/** Finds events without a record that were stored after the tally began to see all records. */
export const unseenFindings = (ages: readonly EventAge[], completeForMs: number): readonly Finding[] =>
  ages
    .filter(({ ageMs }) => ageMs < completeForMs)
    .map(({ stream, seq }) => missingOnStream(stream, `seq ${seq + 1} without seq ${seq} before it`))
