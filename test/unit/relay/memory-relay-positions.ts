import type { RelayPosition, RelayPositions } from '../../../shared/ports/relay-positions.ts'

/** Positions in memory. `heads`: the last seq of each room of the store. */
export const memoryRelayPositions = (heads: () => ReadonlyMap<string, number>): RelayPositions => {
  const saved = new Map<string, number>()
  const positionOf = (sink: string, room: string): RelayPosition => ({ room, seq: saved.get(`${sink} ${room}`) ?? 0 })
  return {
    behind: async (sink, after, limit) =>
      [...heads()]
        .filter(([room, head]) => (after === undefined || room > after) && head > positionOf(sink, room).seq)
        .map(([room]) => positionOf(sink, room))
        .sort((one, other) => (one.room < other.room ? -1 : 1))
        .slice(0, limit),
    of: async (sink, rooms) => rooms.map((room) => positionOf(sink, room)),
    save: async (sink, positions) => {
      for (const { room, seq } of positions) saved.set(`${sink} ${room}`, seq)
    },
  }
}
