import type { WalkedSocket } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'
import { latestSending } from '../latest-sending.ts'
import { headAt } from '../stored-times.ts'

/**
 * I5: the feed of each socket has no gap in seq from where it starts. A feed that
 * starts neither with a resume nor with a join must start at the room's head at
 * the time of binding: with the first event that was sent afterwards, at the latest.
 * A list omits no message between two others.
 */
export const noGaps: Invariant = ({ truth, outline, terms, sockets }) => {
  const findings = createFindings(truth.flaws.I5)
  const sentBy = latestSending(truth, outline)

  /** The last seq of each list, by operation. */
  const lists = new Map<number, number>()
  /** The lists that omit messages on purpose. */
  const filtered = new Set<number>()

  /** Whether a socket that was bound between the two times continues with this seq. */
  const isHeadBetween = (room: number, openedAt: number, boundAt: number, start: number): boolean => {
    const stored = truth.rooms.get(room)
    return start > headAt(stored, openedAt - 1) && start <= headAt(stored, boundAt) + 1
  }

  const judgeStart = ({ socket, openedAt, boundAt, standings }: WalkedSocket, room: number, start: number): void => {
    const standing = standings.get(room)
    if (standing !== undefined && start !== standing + 1)
      findings.add(
        `socket ${socket}, room ${room}: begins with ${start}, although the service reported that it continues after ${standing}`,
      )
    else if (boundAt === undefined) findings.add(`socket ${socket}, room ${room}: frames before it was bound`)
    else if (sentBy(room, start - 1) > boundAt)
      findings.add(`socket ${socket}, room ${room}: begins with ${start}, although earlier ones were sent after it was bound`)
    else if (terms.isOneClock === true && !isHeadBetween(room, openedAt, boundAt, start))
      findings.add(`socket ${socket}, room ${room}: begins with ${start}, which was not next when it was bound`)
  }

  const judgeListed = (room: number, seq: number, operation: number): void => {
    const before = lists.get(operation)
    lists.set(operation, seq)
    const next = before === undefined ? undefined : truth.rooms.get(room)?.nextMessage(before)
    if (next !== undefined && next < seq) findings.add(`room ${room}: a list omits message ${next} before ${seq}`)
  }

  return {
    see: (entry, frame) => {
      if (entry.kind === 'page' && entry.code === 'other') filtered.add(entry.operation)
      if (entry.kind === 'listed' && !filtered.has(entry.operation)) judgeListed(entry.room, entry.seq, entry.operation)
      if (frame?.step === 'gap') findings.add(`socket ${entry.socket}, room ${entry.room}: ${entry.seq} after ${frame.before}`)
    },
    verdict: () => {
      for (const socket of sockets.values())
        for (const [room, { startedAt }] of socket.places) if (startedAt !== undefined) judgeStart(socket, room, startedAt)
      return findings
    },
  }
}
