import { createFeedWalk } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** I8: the answer to a resume is true: reported events were delivered, and a skip has a true reason. */
export const resumeHonest: Invariant = ({ truth }) => {
  const findings = createFindings()
  const walk = createFeedWalk(truth)
  const asked = new Map<string, number>()
  return {
    see: (entry) => {
      const { kind, socket, room, seq, code } = entry
      if (kind === 'resuming') asked.set(`${socket} ${room}`, seq)
      if (kind === 'resumed') {
        const from = asked.get(`${socket} ${room}`)
        const last = walk.sockets.get(socket)?.places.get(room)
        const head = truth.rooms.get(room)?.head ?? 0
        const where = `socket ${socket}, room ${room}`
        if (from === undefined) findings.add(`${where}: an answer to a resume that was not asked for`)
        else if (code === 'none' && !(last?.last === seq && last.movesTo === undefined) && from !== seq)
          findings.add(`${where}: said to be recovered to ${seq}, with ${last?.last} as the last that came`)
        else if (code === 'ahead' && from <= seq) findings.add(`${where}: said to be ahead with ${from} of ${seq}`)
        else if (code === 'other') findings.add(`${where}: not recovered, and no reason`)
        if (seq > head) findings.add(`${where}: told a head of ${seq}, the room ends at ${head}`)
      }
      walk.see(entry)
    },
    verdict: () => findings,
  }
}
