import type { EventAge, EventKey } from '../../../shared/ports/stream-summary.ts'
import type { Finding } from './findings.ts'
import { missingOnStream } from './findings.ts'
import type { Window } from './stream-tally.ts'

/** Records of events that the store does not have. The heads are read after the records were seen. */
export const judgeAhead = (window: Window, heads: ReadonlyMap<string, number>): readonly Finding[] =>
  [...window].flatMap(([stream, { last }]): readonly Finding[] => {
    const head = heads.get(stream) ?? 0
    if (last <= head) return []
    return [{ part: 'stream', fault: 'different', where: stream, what: `has ${last}, the store ends at ${head}` }]
  })

/** The events before the first records of the window of which no record has been seen. */
export const unseenBefore = (window: Window): readonly EventKey[] =>
  [...window].flatMap(([stream, { first, followsUnseen }]) => (followsUnseen ? [{ stream, seq: first - 1 }] : []))

/** Each of these has no record, which is a fault if it was stored after the tally began to see all records. */
export const judgeUnseen = (ages: readonly EventAge[], completeForMs: number): readonly Finding[] =>
  ages
    .filter(({ ageMs }) => ageMs < completeForMs)
    .map(({ stream, seq }) => missingOnStream(stream, `${seq + 1} comes without ${seq} before it`))
