import type { ReadonlySignal, Signal } from '@preact/signals'
import { batch, computed, signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { ChatEvents, ChatState, JoinedChat } from '../../../../shared/client/chat-events.ts'
import { connect } from '../../../../shared/client/connect.ts'
import type { User } from '../../../../shared/domain/events.ts'
import type { Account } from './account.ts'
import { rememberToken } from './account.ts'
import type { Drafts } from './drafts.ts'
import { createDrafts } from './drafts.ts'
import type { FrameLog } from './frame-log.ts'
import { createFrameLog } from './frame-log.ts'
import type { Outbox } from './outbox.ts'
import { createOutbox } from './outbox.ts'
import { createPartners } from './partners.ts'
import type { People } from './people.ts'
import { createPeople } from './people.ts'
import { perFrame } from './per-frame.ts'
import type { ReadMarks } from './read-marks.ts'
import { createReadMarks } from './read-marks.ts'
import type { Room } from './room.ts'
import { createRoom } from './room.ts'
import { serviceClock } from './service-clock.ts'
import type { Entry } from './timeline.ts'
import { membersEntry, messageEntry } from './timeline.ts'
import type { Tokens } from './tokens.ts'
import { createTokens } from './tokens.ts'
import { watchDevice } from './watch-device.ts'

/** Everything the page shows of one signed-in user; what it does, it does by the client. */
export interface ChatModel {
  readonly client: ChatClient
  readonly state: Signal<ChatState>
  /** Whether the browser has a network; it notices before the connection does. */
  readonly hasNetwork: Signal<boolean>
  /** Undefined until the first connection. */
  readonly me: Signal<User | undefined>
  /** Most recent activity first. */
  readonly rooms: ReadonlySignal<readonly Room[]>
  readonly people: People
  readonly frames: FrameLog
  readonly outbox: Signal<Outbox | undefined>
  /** Undefined until the first connection. */
  readonly drafts: Signal<Drafts | undefined>
  /** Where the service asks for them. */
  readonly tokens: Tokens | undefined
  room(id: string): Room | undefined
  /** Everything up to `seq` has been seen. */
  markRead(room: Room, seq: number): void
  /** Goes from the list, once it is over. */
  forget(room: Room): void
  close(): void
  /** Closes, and deletes from this device what the user wrote and did not send. */
  signOut(): void
}

/** One entry of one room, as it came in. */
interface Arrival {
  readonly room: string
  readonly entry: Entry
}

const mostUnread = 100

/** Beside the page, also where that is served below a path. */
const socketUrl = (): string => new URL('ws', location.href.replace(/^http/, 'ws')).href

/** Enough to show the last message, and to count what is unread. */
const previewCount = (chat: JoinedChat, readUpTo: number): number => Math.min(mostUnread, Math.max(1, chat.seq - readUpTo))

export const createChatModel = ({ externalUserId, name, token }: Account): ChatModel => {
  const isOnline = (): boolean => client.state.state === 'online'
  const taken = (next: string): void => {
    rememberToken(next)
    client.wake()
  }
  const user = name === '' ? { externalUserId } : { externalUserId, name }
  const tokens = token === undefined ? undefined : createTokens({ first: token, isOnline, taken })
  const client: ChatClient = connect(socketUrl(), tokens === undefined ? { user } : { getToken: tokens.get })
  const byId = signal<ReadonlyMap<string, Room>>(new Map())
  const state = signal<ChatState>(client.state)
  const deviceWatch = watchDevice(client)
  const me = signal<User | undefined>(undefined)
  const outbox = signal<Outbox | undefined>(undefined)
  const drafts = signal<Drafts | undefined>(undefined)
  const people = createPeople(client)
  const frames = createFrameLog()
  let marks: ReadMarks | undefined
  let stopWatching = (): void => undefined

  const bound = (who: User): void => {
    me.value = who
    people.learn([who])
    marks = createReadMarks(who.id)
    stopWatching = marks.watch((room, seq) => raise(byId.value.get(room), seq))
    outbox.value = createOutbox(client, who.id)
    outbox.value.resume()
    drafts.value = createDrafts(who.id)
  }

  const raise = (room: Room | undefined, seq: number): void => {
    if (room !== undefined && seq > room.readUpTo.value) room.readUpTo.value = seq
  }

  /** On a device that its user knows, a new room is unread; on a new device everything starts as read. */
  const readBefore = (chat: JoinedChat): number => marks?.of(chat.id) ?? (marks?.hasAny ? 0 : chat.seq)

  const meet = (chat: JoinedChat): void => {
    if (me.value === undefined && client.user !== undefined) bound(client.user)
    people.want(chat.users)
    const known = byId.value.get(chat.id)
    if (known !== undefined) {
      known.members.value = chat.users
      known.isOver.value = false
      return
    }
    const readUpTo = readBefore(chat)
    const room = createRoom({ chat, readUpTo, client, people, partners: createPartners(me.value?.id ?? '') })
    marks?.set(chat.id, readUpTo)
    byId.value = new Map([...byId.value, [chat.id, room]])
    load(room, previewCount(chat, readUpTo))
  }

  const load = (room: Room, count: number): void => void room.loadOlder(count).catch(() => undefined)

  const changeMembers = (change: ChatEvents['members']): void => {
    const room = byId.value.get(change.room)
    if (room === undefined) return
    const others = room.members.value.filter((id) => !change.users.includes(id))
    people.want([...change.users, change.user_id])
    room.members.value = change.change === 'added' ? [...others, ...change.users] : others
    if (change.users.length > 0) arrivals.add({ room: change.room, entry: membersEntry(change) })
  }

  /** All that came in since the last animation frame. */
  const addArrived = (arrived: readonly Arrival[]): void =>
    batch(() => {
      for (const id of new Set(arrived.map(({ room }) => room))) {
        byId.value.get(id)?.add(arrived.filter(({ room }) => room === id).map(({ entry }) => entry))
      }
      for (const { entry } of arrived) if (entry.kind === 'message') outbox.value?.arrived(entry.message.id)
    })
  const arrivals = perFrame(addArrived, requestAnimationFrame)

  client.on('chat', (chat) => batch(() => meet(chat)))
  client.on('members', (change) => batch(() => changeMembers(change)))
  client.on('frame', frames.pass)
  client.on('message', (message) => arrivals.add({ room: message.room, entry: messageEntry(message) }))
  client.on('left', ({ room }) => {
    const over = byId.value.get(room)
    if (over !== undefined) over.isOver.value = true
  })
  client.on('reset', ({ room, seq }) => {
    arrivals.flush()
    const known = byId.value.get(room)
    known?.startOver(seq)
    if (known !== undefined) load(known, mostUnread)
  })
  client.on('state', (next) =>
    batch(() => {
      if (next.state === 'online' && client.user !== undefined && me.value === undefined) bound(client.user)
      state.value = next
      if (next.state === 'online') void serviceClock.sync()
      if (next.state === 'offline') void tokens?.suspect()
    }),
  )
  const close = (): void => {
    deviceWatch.stop()
    stopWatching()
    client.close()
  }

  return {
    client,
    state,
    hasNetwork: deviceWatch.hasNetwork,
    me,
    rooms: computed(() => [...byId.value.values()].sort((a, b) => b.lastAt.value.localeCompare(a.lastAt.value))),
    people,
    frames,
    outbox,
    drafts,
    tokens,
    room: (id) => byId.value.get(id),
    markRead: (room, seq) => {
      raise(room, seq)
      marks?.set(room.id, seq)
    },
    forget: ({ id }) => {
      byId.value = new Map([...byId.value].filter(([other]) => other !== id))
    },
    close,
    signOut: () => {
      close()
      outbox.value?.clear()
      drafts.value?.clear()
    },
  }
}
