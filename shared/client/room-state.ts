import type { CallOptions } from './call-types.ts'
import type { ChatEvents, JoinedChat, RoomMessage } from './chat-events.ts'
import { createListeners } from './listeners.ts'
import type { Room, RoomCalls } from './room.ts'

/**
 * What a client keeps of one room. Until the application asks for the handle,
 * that is the chat, its members and the position of its feed.
 */
export interface RoomState {
  /** Returns the handle; messages are kept from now on. */
  open(): Room
  joined(chat: JoinedChat): void
  received(message: RoomMessage): void
  membersChanged(change: ChatEvents['members']): void
  left(): void
  /** The stored history has changed: reads as many messages again as were loaded. */
  reset(seq: number): void
}

export const createRoomState = (id: string, calls: RoomCalls): RoomState => {
  const changes = createListeners<{ change: undefined }>()
  let chat: JoinedChat | undefined
  let members: readonly string[] = []
  let isOver = false
  let hasOlder = true
  /** The last seq of the feed. */
  let last = 0
  /** History is read below this seq. */
  let before = 0
  let entries: RoomMessage[] | undefined
  /** `entries` as the application sees them; undefined after a change. */
  let shown: readonly RoomMessage[] | undefined
  let loading: Promise<void> | undefined
  let restarts = 0

  const restart = (seq: number): void => {
    restarts += 1
    entries = []
    before = seq + 1
    hasOlder = true
  }

  const changed = (): void => {
    shown = undefined
    changes.emit('change', undefined)
  }

  /** Resolves when the position of the room's feed is known; rejects if the user is not a member. */
  const known = async (call: CallOptions): Promise<void> => {
    if (chat !== undefined) return
    const introduced = new Promise<void>((resolve) => {
      changes.on('change', () => {
        if (chat !== undefined) resolve()
      })
    })
    await calls.messages(id, { ...call, pageSize: 1 }).next()
    await introduced
  }

  const load = async (count: number, call: CallOptions): Promise<void> => {
    await known(call)
    if (!hasOlder) return
    const restartsBefore = restarts
    const found: RoomMessage[] = []
    for await (const message of calls.messages(id, { ...call, before, pageSize: Math.min(count, 200) })) {
      found.unshift(message)
      if (found.length === count) break
    }
    // The room was reset, or joined again, meanwhile: there may be a gap after the messages that were read.
    if (restartsBefore !== restarts) return load(count, call)
    before = found[0]?.seq ?? before
    hasOlder = found.length === count
    entries = [...found, ...(entries ?? [])]
    changed()
  }

  const loadOlder: Room['loadOlder'] = (count = 50, call = {}) => {
    loading ??= load(count, call).finally(() => {
      loading = undefined
    })
    return loading
  }

  const room: Room = {
    id,
    get chat() {
      return chat
    },
    get members() {
      return members
    },
    get messages() {
      shown ??= [...(entries ?? [])]
      return shown
    },
    get hasOlder() {
      return hasOlder
    },
    get isOver() {
      return isOver
    },
    loadOlder,
    send: (draft, call) => calls.send(id, draft, call),
    addUsers: (users, call) => calls.addUsers(id, users, call),
    removeUsers: (users, call) => calls.removeUsers(id, users, call),
    on: (name, listener) => {
      if (name === 'change') return changes.on(name, listener as () => void)
      return calls.on(name as 'message', (event) => {
        if (event.room === id) listener(event as never)
      })
    },
  }

  return {
    open: () => {
      if (entries === undefined) restart(last)
      return room
    },
    joined: (next) => {
      if (entries !== undefined && next.seq !== last) restart(next.seq)
      last = next.seq
      chat = next
      members = next.users
      isOver = false
      changed()
    },
    received: (message) => {
      last = message.seq
      entries?.push(message)
      changed()
    },
    membersChanged: ({ seq, change, users }) => {
      last = seq
      const others = members.filter((member) => !users.includes(member))
      members = change === 'added' ? [...others, ...users] : others
      changed()
    },
    left: () => {
      isOver = true
      changed()
    },
    reset: (seq) => {
      const count = entries?.length ?? 0
      last = seq
      if (entries !== undefined) restart(seq)
      changed()
      if (count > 0) loadOlder(count).catch(() => undefined)
    },
  }
}
