import type { Clock } from '../../../shared/ports/clock.ts'

/** The rooms whose endpoint was slow a short time ago: a further attempt would delay the events of other rooms. */
export interface SlowRooms {
  add(room: string): void
  has(room: string): boolean
}

const keptMs = 60_000
const mostRooms = 10_000

export const createSlowRooms = (clock: Pick<Clock, 'monotonicMs'>): SlowRooms => {
  const untilMs = new Map<string, number>()
  return {
    add: (room) => {
      const [oldest] = untilMs.keys()
      if (oldest !== undefined && untilMs.size >= mostRooms) untilMs.delete(oldest)
      untilMs.delete(room)
      untilMs.set(room, clock.monotonicMs() + keptMs)
    },
    has: (room) => (untilMs.get(room) ?? 0) > clock.monotonicMs(),
  }
}
