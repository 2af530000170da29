import type { ChatEvent, DomainEvent, User } from '../../../shared/domain/events.ts'
import { timeOf } from '../../../shared/domain/events.ts'

/** A new room. */
export interface CreatedChat {
  readonly name: string
  readonly createdBy: string
  readonly createdAt: string
}

/** What a run of events does to a room's row. */
export interface ChatChange {
  readonly id: string
  readonly created?: CreatedChat
  readonly seq: number
  readonly lastAt: string
  readonly membersAdded: number
  /** When the membership last changed, if it did. */
  readonly modifiedAt?: string
}

/** Without `since` the membership began before this run; without `until` it lasts. */
export interface MemberChange {
  readonly chat: string
  readonly user: string
  readonly since?: number
  readonly until?: number
}

export interface PostedMessage {
  readonly chat: string
  readonly seq: number
  readonly id: string
  readonly createdAt: string
  readonly user: string
  readonly type: string
}

/** What a run of events changes in the read model. */
export interface Changes {
  readonly users: readonly User[]
  readonly chats: readonly ChatChange[]
  readonly members: readonly MemberChange[]
  readonly messages: readonly PostedMessage[]
}

interface MutableChanges {
  readonly users: User[]
  readonly chats: Map<string, ChatChange>
  readonly members: Map<string, MemberChange>
  readonly messages: PostedMessage[]
}

/** The row after this event; of what stood before, only what the event leaves alone is kept. */
const chatAfter = (before: ChatChange | undefined, event: ChatEvent): ChatChange => {
  const at = timeOf(event)
  const head = { ...before, id: event.stream, seq: event.seq, lastAt: at, membersAdded: before?.membersAdded ?? 0 }
  switch (event.type) {
    case 'MessagePosted':
      return head
    case 'ChatCreated': {
      const { name, users } = event.body.chat
      return {
        ...head,
        created: { name, createdBy: event.body.user_id, createdAt: at },
        membersAdded: users.length,
        modifiedAt: at,
      }
    }
    case 'UsersAdded':
    case 'UsersRemoved': {
      const { length } = event.body.users
      if (length === 0) return head
      return { ...head, membersAdded: head.membersAdded + (event.type === 'UsersAdded' ? length : -length), modifiedAt: at }
    }
  }
}

const gatherMembers = (members: MutableChanges['members'], event: ChatEvent): void => {
  if (event.type === 'MessagePosted') return
  const users = event.type === 'ChatCreated' ? event.body.chat.users : event.body.users
  for (const user of users) {
    const key = `${event.stream} ${user}`
    const names = { chat: event.stream, user }
    if (event.type === 'UsersRemoved') members.set(key, { ...names, ...members.get(key), until: event.seq })
    else members.set(key, { ...names, since: event.seq - 1 })
  }
}

const gather = (into: MutableChanges, event: DomainEvent): void => {
  if (event.type === 'UserCreated') {
    into.users.push(event.body.user)
    return
  }
  const { stream, seq } = event
  into.chats.set(stream, chatAfter(into.chats.get(stream), event))
  gatherMembers(into.members, event)
  if (event.type !== 'MessagePosted') return
  const { id, created_at: createdAt, user_id: user, type } = event.body
  into.messages.push({ chat: stream, seq, id, createdAt, user, type })
}

/**
 * What these events, each room's in order, change in the read model. Writing
 * and rebuilding both go by it, so that they cannot come to differ.
 */
export const project = (events: Iterable<DomainEvent>): Changes => {
  const into: MutableChanges = { users: [], chats: new Map(), members: new Map(), messages: [] }
  for (const event of events) gather(into, event)
  return { users: into.users, chats: [...into.chats.values()], members: [...into.members.values()], messages: into.messages }
}
