import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** I1: no confirmed command is lost: the room has its event at the confirmed seq. */
export const nothingLost: Invariant = ({ truth }) => {
  const findings = createFindings()
  return {
    see: ({ kind, event, room, command, seq, operation }) => {
      const isConfirmation = kind === 'ok' || (kind === 'frame' && operation !== 0)
      if (!isConfirmation || event === 'list-messages' || event === 'resume') return
      const stands = truth.rooms.get(room)?.seqOf(command)
      if (stands === undefined) findings.add(`room ${room}: command ${command} was confirmed and is not stored`)
      else if (seq !== 0 && seq !== stands)
        findings.add(`room ${room}: command ${command} was confirmed at ${seq} and stands at ${stands}`)
    },
    verdict: () => findings,
  }
}
