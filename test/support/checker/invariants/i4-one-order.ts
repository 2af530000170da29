import type { Entry } from '../../load/entry.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** I4: all members get the same bytes in the same order per room, live and in history, and times never decrease. */
export const oneOrder: Invariant = ({ truth }) => {
  const findings = createFindings(truth.flaws.I4)
  /** The first frame that was received, where the store cannot be read. */
  const firstSeen = new Map<string, number>()

  const expected = (kind: Entry['kind'], room: number, seq: number, crc: number): number => {
    const stored = kind === 'listed' ? truth.rooms.get(room)?.listedCrc(seq) : truth.rooms.get(room)?.crcAt(seq)
    if (stored !== undefined) return stored
    const key = `${room} ${seq}`
    const seen = firstSeen.get(key) ?? crc
    firstSeen.set(key, seen)
    return seen
  }

  return {
    see: ({ kind, socket, room, seq, crc }) => {
      if (kind !== 'frame' && kind !== 'listed') return
      if (expected(kind, room, seq, crc) !== crc)
        findings.add(`${kind === 'listed' ? 'a list' : `socket ${socket}`}, room ${room}: ${seq} differs from the stored event`)
    },
    verdict: () => findings,
  }
}
