import type { Entry } from '../../load/entry.ts'
import type { WalkedSocket } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'
import type { TimedSpan } from '../stored-times.ts'
import { timedSpansOf } from '../stored-times.ts'

/**
 * I9: authorisation never widens. A live frame is within a membership of the
 * socket's user. A resume may replay older events, because members may read the
 * room's history, but only after the user has joined, and no frame is from after
 * the user's last removal.
 */
export const authorised: Invariant = ({ truth, terms: { isOneClock = false } }) => {
  const findings = createFindings()

  const judgeFrame = ({ at, room, seq, socket, user }: Readonly<Entry>, { resumedRooms }: WalkedSocket): void => {
    const stored = truth.rooms.get(room)
    if (stored?.spansOf(user).some(({ from, until }) => seq >= from && seq <= until)) return
    const hasJoined = (span: TimedSpan): boolean => !isOneClock || span.fromAt <= at
    const mayBeOlder = timedSpansOf(stored, user).some((span) => seq <= span.until && hasJoined(span))
    if (!resumedRooms.has(room) || !mayBeOlder)
      findings.add(`socket ${socket}, room ${room}: ${seq} is outside of user ${user}'s membership`)
  }

  return {
    see: (entry, frame) => {
      const { room, user, kind } = entry
      const stored = truth.rooms.get(room)
      if (stored === undefined) return
      if (kind === 'listed' && stored.spansOf(user).length === 0) findings.add(`user ${user} was shown a list of room ${room}`)
      if (kind === 'frame' && frame !== undefined) judgeFrame(entry, frame.socket)
    },
    verdict: () => findings,
  }
}
