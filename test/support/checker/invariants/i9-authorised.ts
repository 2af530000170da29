import { createFeedWalk } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/**
 * I9: authorisation never widens. A live frame is within a membership of the
 * socket's user. A resume may replay older events, because members may read the
 * room's history, but no frame is from after the user's last removal.
 */
export const authorised: Invariant = ({ truth }) => {
  const findings = createFindings()
  const walk = createFeedWalk(truth)
  return {
    see: (entry) => {
      const { room, seq, socket, user, kind } = entry
      const step = walk.see(entry)
      const stored = truth.rooms.get(room)
      if (stored === undefined) return
      const spans = stored.spansOf(user)
      if (kind === 'listed' && spans.length === 0) findings.add(`user ${user} was shown a list of room ${room}`)
      if (step === undefined) return
      const mayBeOlder = step.socket.places.get(room)?.hasResumed === true
      const isWithin = spans.some(({ from, until }) => seq <= until && (mayBeOlder || seq >= from))
      if (!isWithin) findings.add(`socket ${socket}, room ${room}: ${seq} is outside of user ${user}'s membership`)
    },
    verdict: () => findings,
  }
}
