/** Row locks: who comes later waits, in order of arrival. */
export interface RoomLocks {
  /** Waits for the room; the returned function lets it go. */
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
