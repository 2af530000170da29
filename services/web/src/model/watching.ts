import type { ReadonlySignal } from '@preact/signals'
import { effect, signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { ViewedRoom } from './room.ts'

/** Who is typing and who is online, while the service has signals. A component that reads it is rendered again. */
export interface Watching {
  /** The users who are typing in a room, without the own user. */
  typingIn(room: string): readonly string[]
  isOnline(user: string | undefined): boolean
  /** The user has pressed a key in the composer of this room. */
  typing(room: string): void
  /** Whether the service reports the typing and the read markers in a room now. */
  isWatched(room: string): boolean
  stop(): void
}

interface WatchingOptions {
  readonly client: ChatClient
  /** The id of the open chat. */
  readonly open: ReadonlySignal<string | undefined>
  /** Most recent activity first. */
  readonly rooms: ReadonlySignal<readonly ViewedRoom[]>
  readonly features: ReadonlySignal<ReadonlySet<string>>
}

/** The order of chats changes with every message: the watch follows after this time, and only if other chats are in it. */
const gatherMs = 500

/** Watches the open chat and the chats at the top of the list, and the other users of chats of two. */
export const createWatching = ({ client, open, rooms, features }: WatchingOptions): Watching => {
  const typing = signal<ReadonlyMap<string, readonly string[]>>(new Map())
  const online = signal<ReadonlyMap<string, boolean>>(new Map())
  const watchedRooms = signal<ReadonlySet<string>>(new Set())
  let watched = ''
  let timer: number | undefined

  const watch = async (target: { readonly rooms: readonly string[]; readonly users: readonly string[] }): Promise<void> => {
    const text = JSON.stringify(target)
    if (text === watched) return
    watched = text
    try {
      const { rooms: known, users } = await client.watch(target)
      watchedRooms.value = new Set(Object.keys(known))
      online.value = new Map(Object.entries(users).map(([user, state]) => [user, state.online === true]))
    } catch {
      // The chats work without it; the next change of the list tries again.
      watched = ''
    }
  }

  const isOpen = ({ id }: ViewedRoom): boolean => id === open.value

  const stopWatching = effect(() => {
    if (!features.value.has('watch')) return
    const present = rooms.value.filter((room) => !room.hasLeft.value)
    const shown = present.toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a))).slice(0, defaultLimits.watchRooms)
    const partners = shown.flatMap((room) => room.partner.value ?? [])
    const target = { rooms: shown.map(({ id }) => id).sort(), users: [...new Set(partners)].sort() }
    clearTimeout(timer)
    timer = window.setTimeout(() => void watch(target), gatherMs)
  })

  client.on('typing', ({ room, users }) => {
    typing.value = new Map([...typing.value, [room, users]])
  })
  client.on('presence', ({ user_id: user, online: isOnline }) => {
    online.value = new Map([...online.value, [user, isOnline === true]])
  })

  return {
    typingIn: (room) => (typing.value.get(room) ?? []).filter((user) => user !== client.user?.id),
    isWatched: (room) => watchedRooms.value.has(room),
    isOnline: (user) => user !== undefined && online.value.get(user) === true,
    typing: client.typing,
    stop: () => {
      stopWatching()
      clearTimeout(timer)
    },
  }
}
