import type { FeedEvent } from '../protocol/answers.ts'

/**
 * What happened. One command makes one event. `body` is the body of the frame
 * that sockets get, so that an event is serialised once and never again.
 */
export interface EventHead {
  /** The stream: the chat's id, or the user's. */
  readonly stream: string
  /** The event's place in its stream, from 1, without gaps. */
  readonly seq: number
  readonly commandId: string
  readonly digest: string
}

export interface Chat {
  readonly id: string
  readonly name: string
  readonly users: readonly string[]
  readonly created_at: string
  readonly modified_at: string
}
export interface Message {
  readonly id: string
  readonly msg: string
  readonly type: string
  readonly user_id: string
  readonly created_at: string
  readonly modified_at: string
}
export interface Membership {
  readonly id: string
  readonly chat: { readonly id: string; readonly name: string }
  /** Those who were in fact added or removed; empty when the command changed nothing. */
  readonly users: readonly string[]
  readonly user_id: string
  readonly created_at: string
}
export interface User {
  readonly id: string
  readonly externalUserId: string
  readonly name?: string
  readonly created_at: string
  readonly modified_at: string
}

export interface ChatCreated extends EventHead {
  readonly type: 'ChatCreated'
  readonly body: { readonly chat: Chat; readonly user_id: string }
}
export interface MessagePosted extends EventHead {
  readonly type: 'MessagePosted'
  readonly body: Message
}
export interface UsersAdded extends EventHead {
  readonly type: 'UsersAdded'
  readonly body: Membership
}
export interface UsersRemoved extends EventHead {
  readonly type: 'UsersRemoved'
  readonly body: Membership
}
export interface UserCreated extends EventHead {
  readonly type: 'UserCreated'
  readonly body: { readonly user: User }
}

export type ChatEvent = ChatCreated | MessagePosted | UsersAdded | UsersRemoved
export type DomainEvent = ChatEvent | UserCreated
export type EventType = DomainEvent['type']

/** The name under which each event of a room goes over the wire. */
export const frameEvent = {
  ChatCreated: 'create-chat',
  MessagePosted: 'new-message',
  UsersAdded: 'add-users',
  UsersRemoved: 'remove-users',
} as const satisfies Record<ChatEvent['type'], FeedEvent>

/** When the event happened, by the room's own time. */
export const timeOf = (event: ChatEvent): string =>
  event.type === 'ChatCreated' ? event.body.chat.created_at : event.body.created_at
