import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/**
 * I4: all members get the same bytes in the same order per room, and times never decrease. The event of a deleted
 * message has two forms: as it was published, and without its content. Lists: J1.
 */
export const oneOrder: Invariant = ({ truth }) => {
  const findings = createFindings(truth.flaws.I4)
  /** The first frame that was received, where the store cannot be read or has no content any more. */
  const firstSeen = new Map<string, number>()

  const isRight = (room: number, seq: number, crc: number): boolean => {
    const stored = truth.rooms.get(room)
    if (crc === stored?.redactionOf(seq)?.crc) return true
    const published = stored?.crcAt(seq)
    if (published !== undefined) return published === crc
    const key = `${room} ${seq}`
    const seen = firstSeen.get(key) ?? crc
    firstSeen.set(key, seen)
    return seen === crc
  }

  return {
    see: ({ kind, socket, room, seq, crc }) => {
      if (kind === 'frame' && !isRight(room, seq, crc))
        findings.add(`socket ${socket}, room ${room}: ${seq} differs from the stored event`)
    },
    verdict: () => findings,
  }
}
