import type { WalkedSocket } from '../feed-walk.ts'
import { createFeedWalk } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'
import { latestSending } from '../latest-sending.ts'

/**
 * I5: the feed of each socket has no gap in seq from where it starts. A feed that
 * starts neither with a resume nor with a join must start at the room's head at
 * the time of binding: with the first event that was sent afterwards, at the latest.
 */
export const noGaps: Invariant = ({ truth, outline }) => {
  const findings = createFindings(truth.flaws.I5)
  const walk = createFeedWalk(truth)
  const sentBy = latestSending(truth, outline)

  const judgeStart = ({ socket, boundAt, standings }: WalkedSocket, room: number, start: number): void => {
    const standing = standings.get(room)
    if (standing !== undefined && start !== standing + 1)
      findings.add(`socket ${socket}, room ${room}: begins with ${start}, though it was said to go on after ${standing}`)
    else if (boundAt === undefined) findings.add(`socket ${socket}, room ${room}: frames before it was bound`)
    else if (sentBy(room, start - 1) > boundAt)
      findings.add(`socket ${socket}, room ${room}: begins with ${start}, though earlier ones were sent after it was bound`)
  }

  return {
    see: (entry) => {
      const step = walk.see(entry)
      if (step?.step === 'gap') findings.add(`socket ${entry.socket}, room ${entry.room}: ${entry.seq} after ${step.before}`)
    },
    verdict: () => {
      for (const socket of walk.sockets.values())
        for (const [room, { startedAt }] of socket.places) if (startedAt !== undefined) judgeStart(socket, room, startedAt)
      return findings
    },
  }
}
