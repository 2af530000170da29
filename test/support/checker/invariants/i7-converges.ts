import type { Entry } from '../../load/entry.ts'
import { foreign } from '../../load/entry.ts'
import type { WalkedSocket } from '../feed-walk.ts'
import { createFeedWalk } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'
import { latestSending } from '../latest-sending.ts'
import type { RoomTruth } from '../truth.ts'

/**
 * I7: within T after a fault ends, every member has the stored events. Checks the
 * delay of each frame (from its commit, the end of the fault, or the start of the
 * socket, whichever was last; from its sending where the commit is not known) and
 * the last seq of every open socket.
 */
export const converges: Invariant = ({ truth, outline, terms }) => {
  const findings = createFindings()
  const walk = createFeedWalk(truth)
  const sentBy = latestSending(truth, outline)
  const askedAgainAt = new Map<number, number>()

  const judgeLateness = ({ at, room, command, seq }: Readonly<Entry>, { socket, boundAt = at, isSlow }: WalkedSocket): void => {
    const wholeSince = outline.wholeSince(at)
    const sent = command === foreign ? undefined : outline.lastSent(room, command)
    const stored = truth.rooms.get(room)?.storedAt(seq) ?? sent
    if (wholeSince === undefined || stored === undefined || isSlow) return
    const lateMs = at - Math.max(wholeSince, stored, boundAt, askedAgainAt.get(socket) ?? 0)
    if (lateMs > terms.convergeMs) findings.add(`socket ${socket}, room ${room}: ${seq} came after ${Math.round(lateMs)} ms`)
  }

  const judgeEnd = (
    { socket, user, places, standings, boundAt }: WalkedSocket,
    room: number,
    { head, spansOf }: RoomTruth,
  ): void => {
    const span = spansOf(user).at(-1)
    if (boundAt === undefined || span?.until !== Number.POSITIVE_INFINITY) return
    const last = places.get(room)?.last ?? standings.get(room)
    const isOwed = last === undefined ? sentBy(room, head) > boundAt : last < head
    if (isOwed) findings.add(`socket ${socket}, room ${room}: ends at ${last ?? 'nothing'}, the room at ${head}`)
  }

  return {
    see: (entry) => {
      const step = walk.see(entry)
      if (entry.kind === 'resuming') askedAgainAt.set(entry.socket, entry.at)
      if (step !== undefined) judgeLateness(entry, step.socket)
    },
    verdict: () => {
      for (const socket of walk.sockets.values()) {
        if (!socket.isOpen) continue
        for (const [room, stored] of truth.rooms) judgeEnd(socket, room, stored)
      }
      return findings
    },
  }
}
