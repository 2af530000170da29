import type { Clock } from '../../../shared/ports/clock.ts'

/** The number of members of a room, at most `keepMs` old. Rejects with `StoreError`. */
export type RoomSizes = (room: string) => Promise<number>

/** Reads the number of members, and the age up to which it is reused. */
export interface RoomSizesDeps {
  readonly read: (room: string) => Promise<number>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly keepMs: number
}

interface KnownSize {
  readonly count: Promise<number>
  readonly untilMs: number
}

/** Remembers the sizes of rooms for a time, so that signals cost no statement each. A failed read is not remembered. */
export const createRoomSizes = ({ read, clock, keepMs }: RoomSizesDeps): RoomSizes => {
  /** In the order of their age. */
  const known = new Map<string, KnownSize>()

  const forgetOld = (nowMs: number): void => {
    for (const [room, { untilMs }] of known) {
      if (untilMs > nowMs) return
      known.delete(room)
    }
  }

  const readNow = (room: string, nowMs: number): Promise<number> => {
    const entry: KnownSize = { count: read(room), untilMs: nowMs + keepMs }
    known.set(room, entry)
    entry.count.catch(() => {
      if (known.get(room) === entry) known.delete(room)
    })
    return entry.count
  }

  return (room) => {
    const nowMs = clock.monotonicMs()
    forgetOld(nowMs)
    return known.get(room)?.count ?? readNow(room, nowMs)
  }
}
