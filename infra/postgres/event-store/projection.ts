import type { User } from '../../../shared/domain/events.ts'
import type { ChatCreated } from '../../../shared/room-events/create-chat.ts'
import { roomEventOfType } from '../../../shared/room-events/find-room-event.ts'
import type { MembershipEffect } from '../../../shared/room-events/membership-effect.ts'
import { membersAffected, timeOf, usersBanned } from '../../../shared/room-events/membership-effect.ts'
import type { ChatEvent, DomainEvent } from '../../../shared/room-events/room-events.ts'
import { isUserEvent } from '../../../shared/user-events/find-user-event.ts'
import { MessageChanges } from './message-changes.ts'
import { RoomChanges } from './room-changes.ts'
import { UserChanges } from './user-changes.ts'

/** The columns of a new chat. */
export interface CreatedChat {
  readonly name: string
  readonly createdBy: string
  readonly createdAt: string
}

/** The change of the row of a chat by a sequence of events. */
export interface ChatChange {
  readonly id: string
  readonly created?: CreatedChat
  readonly seq: number
  readonly lastAt: string
  readonly membersAdded: number
  /** The time of the last change of the membership or of the content of the chat, if any. */
  readonly modifiedAt?: string
  /** The time of the last activity among the events; absent: none of them is an activity. */
  readonly activeAt?: string
}

/** The change of one membership. Without `since` it began before these events; without `until` it is present. */
export interface MemberChange {
  readonly chat: string
  readonly user: string
  readonly since?: number
  readonly until?: number
}

/** The row of a message. */
export interface PostedMessage {
  readonly chat: string
  readonly seq: number
  readonly id: string
  readonly createdAt: string
  readonly user: string
  readonly type: string
  readonly thread: string | undefined
  readonly replyTo: string | undefined
}

/** The changes of the read model by a sequence of events. */
export interface Changes {
  readonly users: readonly User[]
  readonly chats: readonly ChatChange[]
  readonly members: readonly MemberChange[]
  readonly messages: readonly PostedMessage[]
  readonly messageChanges: MessageChanges
  readonly roomChanges: RoomChanges
  readonly userChanges: UserChanges
}

interface MutableChanges {
  readonly users: User[]
  readonly chats: Map<string, ChatChange>
  readonly members: Map<string, MemberChange>
  readonly messages: PostedMessage[]
  readonly messageChanges: MessageChanges
  readonly roomChanges: RoomChanges
  readonly userChanges: UserChanges
}

/** The change of the row of a chat after one more event. */
const chatAfter = (before: ChatChange | undefined, event: ChatEvent): ChatChange => {
  const at = timeOf(event.body)
  const { membership, users } = membersOf(event)
  const change = membership === 'removes' ? -users.length : users.length
  return {
    ...before,
    ...(event.type === 'ChatCreated' ? { created: createdBy(event) } : {}),
    ...(change === 0 && event.type !== 'ChatUpdated' ? {} : { modifiedAt: at }),
    ...(roomEventOfType(event.type)?.isActivity === false ? {} : { activeAt: at }),
    id: event.stream,
    seq: event.seq,
    lastAt: at,
    membersAdded: (before?.membersAdded ?? 0) + change,
  }
}

const createdBy = ({ body }: ChatCreated): CreatedChat => ({
  name: body.chat.name,
  createdBy: body.user_id,
  createdAt: body.chat.created_at,
})

/** The users that an event adds or removes. */
const membersOf = (event: ChatEvent): { readonly membership: MembershipEffect; readonly users: readonly string[] } => {
  const membership = roomEventOfType(event.type)?.membership ?? 'none'
  return { membership, users: membersAffected(membership, event.body) }
}

const changeMembers = ({ members, roomChanges }: MutableChanges, event: ChatEvent): void => {
  const { membership, users } = membersOf(event)
  for (const user of users) {
    const key = `${event.stream} ${user}`
    const names = { chat: event.stream, user }
    if (membership === 'removes') members.set(key, { ...names, ...members.get(key), until: event.seq })
    else {
      members.set(key, { ...names, since: event.seq - 1 })
      roomChanges.returned(event.stream, user)
    }
  }
  for (const user of usersBanned(membership, event.body)) roomChanges.banned(event.stream, user, event.seq)
}

const addEvent = (into: MutableChanges, event: DomainEvent): void => {
  if (event.type === 'UserCreated') {
    into.users.push(event.body.user)
    return
  }
  if (isUserEvent(event)) return into.userChanges.add(event)
  const { stream, seq } = event
  into.chats.set(stream, chatAfter(into.chats.get(stream), event))
  changeMembers(into, event)
  if (event.type === 'MessagePosted') {
    const { id, created_at: createdAt, user_id: user, type, thread, reply_to: replyTo } = event.body
    into.messages.push({ chat: stream, seq, id, createdAt, user, type, thread, replyTo })
  }
  changeMessages(into.messageChanges, event)
  changeRoom(into.roomChanges, event)
}

const changeRoom = (changes: RoomChanges, event: ChatEvent): void => {
  switch (event.type) {
    case 'ChatCreated':
      return changes.created(event)
    case 'ChatUpdated':
      return changes.updated(event)
    case 'MembersUpdated':
      return changes.rolesSet(event)
    default:
  }
}

const changeMessages = (changes: MessageChanges, event: ChatEvent): void => {
  switch (event.type) {
    case 'MessagePosted':
      return changes.posted(event)
    case 'MessageEdited':
      return changes.edited(event)
    case 'MessageDeleted':
      return changes.deletes(event)
    case 'MessagesErased':
      return changes.erases(event)
    case 'ReactionSet':
      return changes.reacted(event)
    case 'PinSet':
      return changes.pinned(event)
    default:
  }
}

/**
 * Computes the changes of the read model by these events, in order per room.
 * Appends and rebuilds both use it, so that they produce the same rows.
 */
export const project = (events: Iterable<DomainEvent>): Changes => {
  const into: MutableChanges = {
    users: [],
    chats: new Map(),
    members: new Map(),
    messages: [],
    messageChanges: new MessageChanges(),
    roomChanges: new RoomChanges(),
    userChanges: new UserChanges(),
  }
  for (const event of events) addEvent(into, event)
  return { ...into, chats: [...into.chats.values()], members: [...into.members.values()] }
}
