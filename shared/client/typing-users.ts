import type { ChatEvents } from './chat-events.ts'
import type { ClientClock, ClientTimer } from './client-clock.ts'
import type { Listeners } from './listeners.ts'

/** The users who are typing, by room. Each is left out when its time is over. */
export interface TypingState {
  /** The user is typing, for this long. */
  add(room: string, user: string, ttlMs: number): void
  /** The user has sent a message, or is not watched any more. */
  remove(room: string, user: string): void
  /** Exactly these users are typing. */
  replace(room: string, users: readonly string[], ttlMs: number): void
  /** Nobody is known to be typing in other rooms than these. */
  keepOnly(rooms: ReadonlySet<string>): void
}

export const createTypingUsers = (clock: ClientClock, emit: Listeners<ChatEvents>['emit']): TypingState => {
  const rooms = new Map<string, Map<string, ClientTimer>>()

  const report = (room: string): void => emit('typing', { room, users: [...(rooms.get(room)?.keys() ?? [])] })

  /** True: the user was not known to be typing. */
  const set = (room: string, user: string, ttlMs: number): boolean => {
    const users = rooms.get(room) ?? new Map<string, ClientTimer>()
    rooms.set(room, users)
    const former = users.get(user)
    former?.cancel()
    const timer = clock.after(ttlMs, () => remove(room, user))
    users.set(user, timer)
    return former === undefined
  }

  /** True: the user was known to be typing. */
  const unset = (room: string, user: string): boolean => {
    const users = rooms.get(room)
    const timer = users?.get(user)
    timer?.cancel()
    users?.delete(user)
    if (users?.size === 0) rooms.delete(room)
    return timer !== undefined
  }

  const remove = (room: string, user: string): void => {
    if (unset(room, user)) report(room)
  }

  const replace = (room: string, users: readonly string[], ttlMs: number): void => {
    const gone = [...(rooms.get(room)?.keys() ?? [])].filter((user) => !users.includes(user))
    const changes = [...gone.map((user) => unset(room, user)), ...users.map((user) => set(room, user, ttlMs))]
    if (changes.includes(true)) report(room)
  }

  return {
    add: (room, user, ttlMs) => {
      if (set(room, user, ttlMs)) report(room)
    },
    remove,
    replace,
    keepOnly: (kept) => {
      for (const room of [...rooms.keys()]) if (!kept.has(room)) replace(room, [], 0)
    },
  }
}
