import type { Outline } from './outline.ts'
import type { Truth } from './truth.ts'

/**
 * The latest first sending among a room's events up to a seq. A socket that was
 * bound before it must receive the events from there on.
 */
export const latestSending = (truth: Truth, outline: Outline): ((room: number, upTo: number) => number) => {
  const byRoom = new Map<number, Float64Array>()

  const latestOf = (room: number): Float64Array => {
    const stored = truth.rooms.get(room)
    const head = stored?.head ?? 0
    const latest = new Float64Array(head + 1)
    for (let seq = 1; seq <= head; seq += 1) {
      const command = stored?.commandAt(seq)
      const sent = command === undefined ? 0 : (outline.firstSent(room, command) ?? 0)
      latest[seq] = Math.max(latest[seq - 1] ?? 0, sent)
    }
    return latest
  }

  return (room, upTo) => {
    const latest = byRoom.get(room) ?? latestOf(room)
    byRoom.set(room, latest)
    return latest[Math.min(upTo, latest.length - 1)] ?? 0
  }
}
