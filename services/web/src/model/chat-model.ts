import type { ReadonlySignal, Signal } from '@preact/signals'
import { batch, computed, signal } from '@preact/signals'
import type { Person, ProfileChange } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { ConnectionState, JoinedChat } from '../../../../shared/client/chat-events.ts'
import { connect } from '../../../../shared/client/connect.ts'
import type { User } from '../../../../shared/domain/events.ts'
import type { Account } from './account.ts'
import { rememberToken } from './account.ts'
import type { BlockedPeople } from './blocked-people.ts'
import { createBlockedPeople } from './blocked-people.ts'
import type { Drafts } from './drafts.ts'
import { createDrafts } from './drafts.ts'
import { followChanges } from './follow-changes.ts'
import { followMessages } from './follow-messages.ts'
import type { FrameLog } from './frame-log.ts'
import { createFrameLog } from './frame-log.ts'
import type { OutgoingMessages } from './outgoing-messages.ts'
import { createOutgoingMessages } from './outgoing-messages.ts'
import { createPartners } from './partners.ts'
import type { People } from './people.ts'
import { createPeople } from './people.ts'
import { perFrame } from './per-frame.ts'
import type { ReadMarks } from './read-marks.ts'
import { createReadMarks } from './read-marks.ts'
import type { ViewedRoom } from './room.ts'
import { createRoom } from './room.ts'
import { openRoom } from './route.ts'
import { serviceClock } from './service-clock.ts'
import { socketUrl } from './socket-url.ts'
import type { Tokens } from './tokens.ts'
import { createTokens } from './tokens.ts'
import { watchDevice } from './watch-device.ts'
import type { Watching } from './watching.ts'
import { createWatching } from './watching.ts'

/** The state of the page for one signed-in user. Actions go through the client. */
export interface ChatModel {
  readonly client: ChatClient
  readonly state: Signal<ConnectionState>
  /** Whether the browser has a network; it notices before the connection does. */
  readonly hasNetwork: Signal<boolean>
  /** Undefined until the first connection. */
  readonly me: Signal<User | undefined>
  /** The id that was given at signing in; empty with a token. */
  readonly signedInAs: string
  /** Most recent activity first. */
  readonly rooms: ReadonlySignal<readonly ViewedRoom[]>
  /** Those of them that the user has not hidden. */
  readonly listed: ReadonlySignal<readonly ViewedRoom[]>
  readonly people: People
  readonly blocked: BlockedPeople
  readonly frames: FrameLog
  readonly outgoingMessages: Signal<OutgoingMessages | undefined>
  /** Undefined until the first connection. */
  readonly drafts: Signal<Drafts | undefined>
  /** The names of the protocol's events that the service accepts. */
  readonly features: ReadonlySignal<ReadonlySet<string>>
  readonly watching: Watching
  /** Undefined if the service does not require tokens. */
  readonly tokens: Tokens | undefined
  room(id: string): ViewedRoom | undefined
  /** Changes the own profile. Rejects as the client's call does. */
  updateProfile(change: ProfileChange, signal: AbortSignal): Promise<void>
  /** Marks everything up to `seq` as read. */
  markRead(room: ViewedRoom, seq: number): void
  /** Leaves a chat out of the list, and marks its messages as read. Rejects as the client's call does. */
  hide(room: ViewedRoom): Promise<void>
  /** Removes a room that the user has left from the list. */
  forget(room: ViewedRoom): void
  close(): void
  /** Closes the connection, and deletes this user's drafts and unsent messages from the device. */
  signOut(): void
}

/** A room whose messages have changed, with the id of the message that was received. */
interface Arrival {
  readonly room: string
  readonly message?: string
}

const mostUnread = 100

/** How many messages to load for the last message and the number of unread ones, if the service does not count them. */
const previewCount = (chat: JoinedChat, readUpTo: number): number => Math.min(mostUnread, Math.max(1, chat.seq - readUpTo))

/** Another device may have changed the profile of the own user. */
const updateMe = (me: Signal<User | undefined>, person: Person): void => {
  const { value: own } = me
  if (own?.id === person.id) me.value = { ...person, created_at: own.created_at, modified_at: own.modified_at }
}

export const createChatModel = ({ externalUserId, name, token }: Account): ChatModel => {
  const isOnline = (): boolean => client.state.state === 'online'
  const onAccepted = (next: string): void => {
    rememberToken(next)
    client.wake()
  }
  const user = name === '' ? { externalUserId } : { externalUserId, name }
  const tokens = token === undefined ? undefined : createTokens({ first: token, isOnline, onAccepted })
  const client: ChatClient = connect(socketUrl(), tokens === undefined ? { user } : { getToken: tokens.get })
  const byId = signal<ReadonlyMap<string, ViewedRoom>>(new Map())
  const state = signal<ConnectionState>(client.state)
  const deviceWatch = watchDevice(client)
  const me = signal<User | undefined>(undefined)
  const outgoingMessages = signal<OutgoingMessages | undefined>(undefined)
  const drafts = signal<Drafts | undefined>(undefined)
  const features = signal<ReadonlySet<string>>(new Set())
  const people = createPeople(client, (person) => updateMe(me, person))
  const frames = createFrameLog()
  let marks: ReadMarks | undefined
  let stopWatching = (): void => undefined

  const onBound = (user: User): void => {
    me.value = user
    people.add([user])
    marks = createReadMarks(user.id)
    stopWatching = marks.watch((room, seq) => raiseReadMark(byId.value.get(room), seq))
    outgoingMessages.value = createOutgoingMessages(client, user.id)
    outgoingMessages.value.resume()
    drafts.value = createDrafts(user.id)
  }

  /** The profile may have changed on another device. */
  const showMe = (user: User): void => {
    if (me.value === undefined) return onBound(user)
    if (me.value.modified_at === user.modified_at) return
    me.value = user
    people.add([user])
  }

  const raiseReadMark = (room: ViewedRoom | undefined, seq: number): void => {
    if (room !== undefined && seq > room.readUpTo.value) room.readUpTo.value = seq
  }

  /** A new room is unread if this user has used the device before; on a new device every room starts as read. */
  const initialReadMark = (chat: JoinedChat): number => marks?.of(chat.id) ?? (marks?.hasAny ? 0 : chat.seq)

  const onChat = (chat: JoinedChat): void => {
    if (me.value === undefined && client.user !== undefined) onBound(client.user)
    if (chat.peer !== undefined) people.add([chat.peer])
    people.request(chat.users)
    const known = byId.value.get(chat.id)
    if (known) {
      known.members.value = chat.users
      known.hasLeft.value = false
      known.joined(chat)
      // After a long absence the client has discarded the history.
      if (client.room(chat.id).messages.length === 0) load(known, mostUnread)
      return
    }
    const counts = client.unread(chat.id)
    const readUpTo = counts?.read.seq ?? initialReadMark(chat)
    const partners = createPartners(me.value?.id ?? '')
    const room = createRoom({ chat, readUpTo, counted: counts?.unread, client, people, partners, features })
    marks?.set(chat.id, readUpTo)
    byId.value = new Map([...byId.value, [chat.id, room]])
    client.room(chat.id).on('change', () => arrivals.add({ room: chat.id }))
    load(room, counts === undefined ? previewCount(chat, readUpTo) : 1)
    messages.introduced(room, counts)
  }

  const load = (room: ViewedRoom, count: number): void => void room.loadOlder(count).catch(() => undefined)

  /** Shows the messages that were received or changed since the last animation frame. */
  const showArrived = (arrived: readonly Arrival[]): void =>
    batch(() => {
      for (const id of new Set(arrived.map(({ room }) => room))) byId.value.get(id)?.sync()
      for (const { message } of arrived) if (message !== undefined) outgoingMessages.value?.remove(message)
    })
  const arrivals = perFrame(showArrived, requestAnimationFrame)

  const roomOf = (id: string): ViewedRoom | undefined => byId.value.get(id)
  const messages = followMessages(client, roomOf)
  followChanges(client, roomOf, people)

  client.on('chat', (chat) => batch(() => onChat(chat)))
  client.on('frame', frames.log)
  client.on('message', ({ room, id }) => arrivals.add({ room, message: id }))
  client.on('unread', ({ room, unread, read }) =>
    batch(() => {
      const known = byId.value.get(room)
      if (known === undefined) return
      known.counted.value = unread
      known.readUpTo.value = read.seq
    }),
  )
  client.on('reset', ({ room }) => {
    const known = byId.value.get(room)
    known?.reset()
    if (known !== undefined) load(known, mostUnread)
  })
  client.on('state', (next) =>
    batch(() => {
      if (next.state === 'online' && client.user !== undefined) showMe(client.user)
      state.value = next
      if (next.state === 'online') void serviceClock.sync()
      if (next.state === 'offline') void tokens?.checkRefusal()
    }),
  )
  client.on('features', (next) => {
    features.value = new Set(next)
  })
  const rooms = computed(() => [...byId.value.values()].sort((a, b) => b.lastAt.value.localeCompare(a.lastAt.value)))
  const watching = createWatching({ client, open: openRoom, rooms, features })
  const markRead: ChatModel['markRead'] = (room, seq) => {
    raiseReadMark(room, seq)
    marks?.set(room.id, seq)
    client.markRead(room.id, seq)
  }
  const close = (): void => {
    deviceWatch.stop()
    watching.stop()
    stopWatching()
    client.close()
  }

  return {
    client,
    state,
    hasNetwork: deviceWatch.hasNetwork,
    me,
    signedInAs: externalUserId,
    rooms,
    listed: computed(() => rooms.value.filter(({ settings }) => !settings.isHidden.value)),
    people,
    blocked: createBlockedPeople(client, people),
    frames,
    outgoingMessages,
    drafts,
    features,
    watching,
    tokens,
    room: roomOf,
    updateProfile: async (change, signal) => showMe(await client.updateUser(change, { signal })),
    markRead,
    hide: (room) => {
      markRead(room, room.entries.value.at(-1)?.seq ?? 0)
      return room.settings.change({ hidden: true })
    },
    forget: ({ id }) => {
      byId.value = new Map([...byId.value].filter(([other]) => other !== id))
    },
    close,
    signOut: () => {
      close()
      outgoingMessages.value?.clear()
      drafts.value?.clear()
    },
  }
}
