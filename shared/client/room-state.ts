import type { CallOptions } from './call-types.ts'
import type { ChatEvents, ChatUpdate, ErasedRange, JoinedChat, MessageChange, RolesChange, RoomMessage } from './chat-events.ts'
import { createListeners } from './listeners.ts'
import type { Effect } from './message-effects.ts'
import { effectsOfChange, effectsOfMessage } from './message-effects.ts'
import type { MessageFeed } from './message-feed.ts'
import { createMessageFeed } from './message-feed.ts'
import { createOwnRole } from './own-role.ts'
import type { MessageFilter, Room, RoomEventMap } from './room.ts'
import type { RoomCalls } from './room-calls.ts'

/**
 * What a client keeps of one room. Until the application asks for the handle,
 * that is the chat, its members and the position of its feed.
 */
export interface RoomState {
  /** Returns the handle; messages are kept from now on. */
  open(): Room
  joined(chat: JoinedChat): void
  received(message: RoomMessage): void
  messageChanged(change: MessageChange): void
  erased(range: ErasedRange): void
  /** Changes up to `seq` are not repeated. */
  missed(seq: number): void
  membersChanged(change: ChatEvents['members']): void
  updated(update: ChatUpdate): void
  rolesChanged(change: RolesChange): void
  left(): void
  /** The stored history has changed: reads as many messages again as were loaded. */
  reset(seq: number): void
}

/** The parts of a client that a handle uses. */
export interface HandleDeps extends RoomCalls {
  on<Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvents[Name]) => void): () => void
  readonly me: () => string
}

const unfiltered = '{}'

const isSelected = (filter: MessageFilter | undefined, { thread }: RoomMessage): boolean =>
  filter === undefined || thread === ('thread' in filter ? filter.thread : undefined)

export const createRoomState = (id: string, calls: HandleDeps): RoomState => {
  const changes = createListeners<Pick<RoomEventMap, 'change' | 'changed'>>()
  const feeds = new Map<string, MessageFeed>()
  let chat: JoinedChat | undefined
  let members: readonly string[] = []
  let isOver = false
  const role = createOwnRole()
  /** The last seq of the feed. */
  let last = 0

  const changed = (): void => {
    for (const feed of feeds.values()) feed.changed()
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

  const feedOf = (filter?: MessageFilter): MessageFeed => {
    const key = filter === undefined ? unfiltered : JSON.stringify(filter)
    const read: Parameters<typeof createMessageFeed>[0]['read'] = (options) => calls.messages(id, { ...options, ...filter })
    const accepts = (message: RoomMessage): boolean => isSelected(filter, message)
    const feed = feeds.get(key) ?? createMessageFeed({ read, accepts, known, changed }, last)
    feeds.set(key, feed)
    return feed
  }

  /** Returns the messages of the handle that the effects have changed. */
  const apply = (effects: readonly Effect[]): readonly RoomMessage[] => {
    const affected = effects.flatMap((effect) => [...feeds].map(([key, feed]) => [key, feed.affected(effect)] as const))
    return affected.flatMap(([key, message]) => (key === unfiltered && message !== undefined ? [message] : []))
  }

  const advance = (seq: number, effects: readonly Effect[]): void => {
    last = Math.max(last, seq)
    const affected = apply(effects)
    changed()
    for (const message of affected) changes.emit('changed', message)
  }

  const inRoom =
    <Args extends unknown[], Result>(call: (room: string, ...args: Args) => Result) =>
    (...args: Args): Result =>
      call(id, ...args)

  const room: Room = {
    id,
    get chat() {
      return chat
    },
    get members() {
      return members
    },
    get messages() {
      return feedOf().list.messages
    },
    get hasOlder() {
      return feedOf().list.hasOlder
    },
    get role() {
      return role.now(new Date().toISOString())
    },
    get isOver() {
      return isOver
    },
    loadOlder: (count, call) => feedOf().list.loadOlder(count, call),
    list: (filter) => feedOf(filter).list,
    send: inRoom(calls.send),
    edit: inRoom(calls.edit),
    delete: inRoom(calls.delete),
    react: inRoom(calls.react),
    pin: inRoom(calls.pin),
    reactions: inRoom(calls.reactions),
    typing: inRoom(calls.typing),
    signal: inRoom(calls.signal),
    versions: inRoom(calls.versions),
    addUsers: inRoom(calls.addUsers),
    removeUsers: inRoom(calls.removeUsers),
    leave: inRoom(calls.leave),
    ban: inRoom(calls.ban),
    update: inRoom(calls.update),
    updateMembers: inRoom(calls.updateMembers),
    listMembers: inRoom(calls.listMembers),
    markRead: inRoom(calls.markRead),
    markDelivered: inRoom(calls.markDelivered),
    markUnread: inRoom(calls.markUnread),
    markThread: inRoom(calls.markThread),
    setChatSettings: inRoom(calls.setChatSettings),
    createUpload: inRoom(calls.createUpload),
    files: inRoom(calls.files),
    on: (name, listener) => {
      if (name === 'change' || name === 'changed') return changes.on(name, listener as () => void)
      return calls.on(name as 'message', (event) => {
        if (event.room === id) listener(event as never)
      })
    },
  }

  return {
    open: () => {
      feedOf()
      return room
    },
    joined: (next) => {
      if (next.seq !== last) for (const feed of feeds.values()) feed.restart(next.seq)
      last = next.seq
      chat = next
      members = next.users
      role.joined(next)
      isOver = false
      changed()
    },
    received: (message) => {
      for (const feed of feeds.values()) feed.received(message)
      advance(message.seq, effectsOfMessage(message))
    },
    messageChanged: (change) => advance(change.seq, effectsOfChange(change, calls.me())),
    erased: (range) => {
      const erased = new Map([...feeds].map(([key, feed]) => [key, feed.erased(range)]))
      advance(range.seq, [])
      for (const message of erased.get(unfiltered) ?? []) changes.emit('changed', message)
    },
    missed: (seq) => {
      for (const feed of feeds.values()) feed.missed()
      last = Math.max(last, seq)
    },
    membersChanged: ({ seq, change, users }) => {
      last = seq
      const others = members.filter((member) => !users.includes(member))
      members = change === 'added' ? [...others, ...users] : others
      changed()
    },
    updated: ({ seq, chat: { id: _, ...content } }) => {
      last = seq
      chat = chat && { ...chat, ...content }
      changed()
    },
    rolesChanged: ({ seq, ...change }) => {
      last = seq
      if (change.users.includes(calls.me())) role.changed(change)
      changed()
    },
    left: () => {
      isOver = true
      changed()
    },
    reset: (seq) => {
      last = seq
      for (const feed of feeds.values()) feed.reset(seq)
      changed()
    },
  }
}
