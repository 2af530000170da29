import type { RememberedRoom } from './remembered-room.ts'

/**
 * A cache of room states, so that the next command is decided without a read.
 *
 * Promises:  a batch takes its rooms out, and puts them back in their new state
 *            after its commit: after a failure, or with an unknown result,
 *            nothing of the batch is remembered. Holds at most `maxEntries`
 *            rooms and memberships; evicts the least recently used room first.
 * Does not:  detect that a room has changed in the store: the append compares
 *            the heads.
 */
export interface RoomMemory {
  /** Removes these rooms and returns those that were present. */
  take(rooms: Iterable<string>): ReadonlyMap<string, RememberedRoom>
  put(room: string, remembered: RememberedRoom): void
  /** The number of rooms and memberships held. */
  readonly entries: number
}

const weightOf = ({ users }: RememberedRoom): number => 1 + users.size

export const createRoomMemory = (maxEntries: number): RoomMemory => {
  const rooms = new Map<string, RememberedRoom>()
  let entries = 0

  const remove = (room: string): RememberedRoom | undefined => {
    const remembered = rooms.get(room)
    if (remembered === undefined) return undefined
    rooms.delete(room)
    entries -= weightOf(remembered)
    return remembered
  }

  const dropOldest = (): void => {
    for (const oldest of rooms.keys()) {
      if (entries <= maxEntries) return
      remove(oldest)
    }
  }

  return {
    take: (some) => {
      const taken = new Map<string, RememberedRoom>()
      for (const room of some) {
        const remembered = remove(room)
        if (remembered !== undefined) taken.set(room, remembered)
      }
      return taken
    },
    put: (room, remembered) => {
      remove(room)
      rooms.set(room, remembered)
      entries += weightOf(remembered)
      dropOldest()
    },
    get entries() {
      return entries
    },
  }
}
