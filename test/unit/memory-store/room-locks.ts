/** Row locks; waiting calls get a lock in the order of arrival. */
export interface RoomLocks {
  /** Waits for the lock of the room; the returned function releases it. */
  lock(room: string): Promise<() => void>
}

export const roomLocks = (): RoomLocks => {
  const tails = new Map<string, Promise<void>>()
  return {
    lock: async (room) => {
      const before = tails.get(room)
      const { promise, resolve } = Promise.withResolvers<void>()
      tails.set(room, promise)
      await before
      return () => {
        if (tails.get(room) === promise) tails.delete(room)
        resolve()
      }
    },
  }
}
