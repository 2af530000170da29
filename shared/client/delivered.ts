import type { ClientClock } from './client-clock.ts'

/** The seqs up to which this device has received rooms, until the service knows them. */
export interface Delivered {
  add(room: string, seq: number): void
  /** Removes and returns the seq of a room that waits, to be sent with a read marker; undefined: none waits, or it is seen. */
  take(room: string): number | undefined
}

/** The parts of a client that report what was delivered. */
export interface DeliveredDeps {
  readonly clock: ClientClock
  /** The least time between two reports, of all rooms together: a user of many chats stays below the rate limit. */
  readonly intervalMs: number
  /** Whether the user has seen the room up to this seq, so that the read marker reports it. */
  readonly isSeen: (room: string, seq: number) => boolean
  readonly send: (room: string, seq: number) => void
}

export const createDelivered = ({ clock, intervalMs, isSeen, send }: DeliveredDeps): Delivered => {
  /** In the order of reporting. */
  const waiting = new Map<string, number>()
  const reported = new Map<string, number>()
  let isTimed = false

  const take: Delivered['take'] = (room) => {
    const seq = waiting.get(room)
    waiting.delete(room)
    if (seq === undefined || isSeen(room, seq)) return undefined
    reported.set(room, seq)
    return seq
  }

  const sendNext = (): void => {
    isTimed = false
    for (const room of [...waiting.keys()]) {
      const seq = take(room)
      if (seq === undefined) continue
      send(room, seq)
      return schedule()
    }
  }

  const schedule = (): void => {
    if (isTimed || waiting.size === 0) return
    isTimed = true
    clock.after(intervalMs, sendNext)
  }

  return {
    add: (room, seq) => {
      if (seq <= Math.max(reported.get(room) ?? 0, waiting.get(room) ?? 0) || isSeen(room, seq)) return
      waiting.set(room, seq)
      schedule()
    },
    take,
  }
}
