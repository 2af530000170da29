import type { Invariant } from '../../../support/checker/judge.ts'
import { createFindings } from '../../../support/checker/judge.ts'
import { headAt, membershipDuring } from '../../../support/checker/stored-times.ts'
import type { Entry } from '../../../support/load/entry.ts'
import { simulatedTimes } from '../world/simulated-settings.ts'

/** Only members receive a forged message, and a reset to a head of the store takes it back. No other reset is sent. */
export const forgeriesAreTakenBack: Invariant = ({ truth, sockets, terms: { isForged = false } }) => {
  const findings = createFindings()

  const judgeForged = ({ socket, user, room, seq, at }: Readonly<Entry>): void => {
    // The feed reaches a removal a little later than the store.
    const { ever } = membershipDuring(truth.rooms.get(room), user, at - 2 * simulatedTimes.convergeMs, at)
    if (!ever) findings.add(`socket ${socket}, room ${room}: forged ${seq} was shown to a user who is not a member`)
  }

  const judgeReset = ({ socket, room, seq, at }: Readonly<Entry>): void => {
    if (!isForged) findings.add(`socket ${socket}, room ${room}: reset to ${seq} without a cause`)
    else if (seq > headAt(truth.rooms.get(room), at))
      findings.add(`socket ${socket}, room ${room}: reset to ${seq}, which the store does not have`)
  }

  return {
    see: (entry) => {
      if (entry.kind === 'forged') judgeForged(entry)
      if (entry.kind === 'reset') judgeReset(entry)
    },
    verdict: () => {
      for (const { socket, user, isOpen, places } of sockets.values())
        for (const [room, { forged }] of isOpen ? places : []) {
          const isMember = truth.rooms.get(room)?.spansOf(user).at(-1)?.until === Number.POSITIVE_INFINITY
          if (isMember && forged.size > 0)
            findings.add(`socket ${socket}, room ${room}: forged ${[...forged].join(', ')} was never taken back`)
        }
      return findings
    },
  }
}
