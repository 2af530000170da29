import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** I4: one order per room, to the letter, for all members, live and in history; and time never goes back in it. */
export const oneOrder: Invariant = ({ truth }) => {
  const findings = createFindings(truth.flaws.I4)
  /** What was seen first, where the store cannot be asked. */
  const firstSeen = new Map<string, number>()

  const expected = (room: number, seq: number, crc: number): number => {
    const stored = truth.rooms.get(room)?.crcAt(seq)
    if (stored !== undefined) return stored
    const key = `${room} ${seq}`
    const seen = firstSeen.get(key) ?? crc
    firstSeen.set(key, seen)
    return seen
  }

  return {
    see: ({ kind, socket, room, seq, crc }) => {
      if (kind !== 'frame' && kind !== 'listed') return
      if (expected(room, seq, crc) !== crc)
        findings.add(`${kind === 'listed' ? 'a list' : `socket ${socket}`}, room ${room}: ${seq} is not what stands there`)
    },
    verdict: () => findings,
  }
}
