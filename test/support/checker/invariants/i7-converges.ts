import type { Entry } from '../../load/entry.ts'
import { foreign } from '../../load/entry.ts'
import type { WalkedSocket } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'
import { latestSending } from '../latest-sending.ts'
import { headAt } from '../stored-times.ts'
import type { RoomTruth } from '../truth.ts'

/**
 * I7: within T after a fault ends, every member has the stored events. Checks the
 * delay of each frame (from its commit, the end of the fault, or the start of the
 * socket, whichever was last; from its sending where the commit is not known) and
 * the last seq of every open socket: the room's head for a member, the removal
 * for a user who was removed.
 */
export const converges: Invariant = ({ truth, outline, terms, sockets }) => {
  const findings = createFindings()
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

  /** Whether the room had events after the socket was bound, so that it must have received some. */
  const hasEventsAfter = (room: number, stored: RoomTruth, boundAt: number): boolean =>
    terms.isOneClock === true ? headAt(stored, boundAt) < stored.head : sentBy(room, stored.head) > boundAt

  const judgeMember = ({ socket, places, standings, boundAt = 0 }: WalkedSocket, room: number, stored: RoomTruth): void => {
    const last = places.get(room)?.last ?? standings.get(room)
    const isOwed = last === undefined ? hasEventsAfter(room, stored, boundAt) : last < stored.head
    if (isOwed) findings.add(`socket ${socket}, room ${room}: ends at ${last ?? 'nothing'}, the room at ${stored.head}`)
  }

  /**
   * A user who fell behind before a later membership began may not read that far, so no frame reports its end. A
   * membership that began and ended while the gateway received nothing need not be shown.
   */
  const judgeRemoved = ({ socket, user, isSlow, places, standings }: WalkedSocket, room: number, stored: RoomTruth): void => {
    const spans = stored.spansOf(user)
    const span = spans.at(-1)
    const storedAt = stored.storedAt(span?.until ?? 0)
    const wholeSince = outline.wholeSince(outline.endedAt)
    const last = places.get(room)?.last ?? standings.get(room)
    if (isSlow || span === undefined || storedAt === undefined || wholeSince === undefined || last === undefined) return
    if (places.get(room)?.isForbidden === true || spans.some(({ until }) => until === last)) return
    const isDue = outline.endedAt - Math.max(storedAt, wholeSince) > terms.convergeMs
    if (isDue && span.until > last && span.from <= last + 1)
      findings.add(`socket ${socket}, room ${room}: ends at ${last}, but the user was removed at ${span.until}`)
  }

  const judgeEnd = (socket: WalkedSocket, room: number, stored: RoomTruth): void => {
    if (socket.boundAt === undefined) return
    if (stored.spansOf(socket.user).at(-1)?.until === Number.POSITIVE_INFINITY) judgeMember(socket, room, stored)
    else judgeRemoved(socket, room, stored)
  }

  return {
    see: (entry, frame) => {
      if (entry.kind === 'resuming') askedAgainAt.set(entry.socket, entry.at)
      if (frame !== undefined && entry.kind === 'frame') judgeLateness(entry, frame.socket)
    },
    verdict: () => {
      for (const socket of sockets.values()) {
        if (!socket.isOpen) continue
        for (const [room, stored] of truth.rooms) judgeEnd(socket, room, stored)
      }
      return findings
    },
  }
}
