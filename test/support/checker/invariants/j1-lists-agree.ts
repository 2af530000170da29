import type { Entry } from '../../load/entry.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/**
 * J1: every page of a list is the fold of the room's events up to its `as_of`: texts, deletions, reactions, replies, pins.
 * Feeds have the same events without gaps (I4, I5, I7), so that at rest every client has what the lists show.
 */
export const listsAgree: Invariant = ({ truth }) => {
  const findings = createFindings()
  /** The `as_of` of the page that is recorded now, by operation. */
  const pages = new Map<number, number>()

  const judgePage = ({ room, seq, operation }: Readonly<Entry>): void => {
    pages.set(operation, seq)
    const head = truth.rooms.get(room)?.head ?? 0
    if (seq > head) findings.add(`room ${room}: a list is as of ${seq}, the room ends at ${head}`)
  }

  const judgeListed = ({ room, seq, user, crc, operation }: Readonly<Entry>): void => {
    const asOf = pages.get(operation)
    const right = truth.rooms.get(room)?.listedCrc(seq, { asOf, user })
    if (asOf !== undefined && seq > asOf) findings.add(`room ${room}: a list as of ${asOf} has message ${seq}`)
    else if (right !== undefined && right !== crc)
      findings.add(`room ${room}: message ${seq} is not what its events say in the list of user ${user} as of ${asOf}`)
  }

  return {
    see: (entry) => {
      if (entry.kind === 'page') judgePage(entry)
      if (entry.kind === 'listed') judgeListed(entry)
    },
    verdict: () => findings,
  }
}
