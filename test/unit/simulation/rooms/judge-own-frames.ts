import { isCommand } from '../../../support/checker/is-command.ts'
import type { Invariant } from '../../../support/checker/judge.ts'
import { createFindings } from '../../../support/checker/judge.ts'
import { timedSpansOf } from '../../../support/checker/stored-times.ts'
import type { Entry } from '../../../support/load/entry.ts'
import { simulatedTimes } from '../world/simulated-settings.ts'

/** A command is confirmed by its own feed frame if that frame is still to come, and by an answer otherwise. */
export const ownFramesConfirm: Invariant = ({ truth, sockets }) => {
  const findings = createFindings()
  const invokedAt = new Map<number, number>()

  /** Whether the membership in which the socket receives events at that time includes the seq. */
  const isFollowing = ({ room, user, at }: Readonly<Entry>, last: number, seq: number): boolean => {
    // No further frames of an ended membership arrive once another one began.
    const span = timedSpansOf(truth.rooms.get(room), user).findLast(({ fromAt }) => fromAt <= at)
    return span !== undefined && span.from <= last && span.until >= seq
  }

  const judgeAnswer = (entry: Readonly<Entry>): void => {
    const { socket, room, command, operation, at } = entry
    const walked = sockets.get(socket)
    const place = walked?.places.get(room)
    const seq = truth.rooms.get(room)?.seqOf(command)
    if (walked === undefined || place === undefined || seq === undefined) return
    const isLate = at - (invokedAt.get(operation) ?? at) >= simulatedTimes.commandDeadlineMs
    // A resume in progress may skip the seq.
    const isPast = seq <= place.last || walked.resumes.names(room) || place.isForbidden || isLate
    if (!isPast && isFollowing({ ...entry, user: walked.user }, place.last, seq))
      findings.add(`socket ${socket}, room ${room}: ${seq} was answered although its frame was to come`)
  }

  return {
    foresee: (entry) => {
      const { kind, event, operation, at, seq } = entry
      if (kind === 'invoked') invokedAt.set(operation, at)
      if (kind === 'ok' && seq === 0 && isCommand(event)) judgeAnswer(entry)
    },
    verdict: () => findings,
  }
}
