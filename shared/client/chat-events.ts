import type { Chat, JsonObject, Membership, Message } from '../domain/events.ts'
import type { Role } from '../domain/roles.ts'
import type { MessagesErased } from '../room-events/erase.ts'
import type { ChatUpdated } from '../room-events/update-chat.ts'
import type { MembersUpdated } from '../room-events/update-members.ts'
import type { ChatSettings, MessageVersion, Person } from './call-types.ts'
import type { ChatError } from './chat-error.ts'
import type { RoomUnread } from './unread-state.ts'

/**
 * A message in its place in the room. An optional field is present only if the
 * message has any. `modified_at` after `created_at`: it was edited, or deleted.
 */
export interface RoomMessage extends MessageVersion {
  /** The number of users by reaction. */
  readonly reactions?: Readonly<Record<string, number>>
  /** The reactions that the bound user has set. */
  readonly my_reactions?: readonly string[]
  /** Of the root of a thread: the replies that are not deleted, and the seq of the last reply. */
  readonly replies?: { readonly count: number; readonly last_seq: number }
  readonly pinned?: true
  /** Changes with a seq up to this one are part of the message. Absent: those up to its own `seq`. */
  readonly as_of?: number
}

/** A chat of the user; its messages follow from `seq` on. */
export interface JoinedChat extends Chat {
  readonly seq: number
  /** The role of the user; absent: `member`. */
  readonly role?: Role
  /** The end of that role, if it is a lower one for a time. */
  readonly role_until?: string
  /** The role that applies after that end. */
  readonly role_after?: Role
  /** In a direct chat that was read from the list of chats: the other user. */
  readonly peer?: Pick<Person, 'id' | 'externalUserId' | 'name' | 'image'>
  /** In a chat that was read from the list of chats: the settings of the user. */
  readonly settings?: ChatSettings
}

/** The name, image, data or rules of a chat have changed: `chat` has the fields that were given. */
export type ChatUpdate = ChatUpdated['body'] & { readonly room: string; readonly seq: number }

/** The role of `users` has changed; with `until`, for a time. */
export type RolesChange = MembersUpdated['body'] & { readonly room: string; readonly seq: number }

/** Users were added to a room or removed from it; `users` is empty when the request changed nothing. */
export interface MembersChange extends Membership {
  readonly room: string
  readonly seq: number
  readonly change: 'added' | 'removed'
}

interface ChangeBase {
  /** The id of the request. */
  readonly id: string
  readonly room: string
  readonly seq: number
  /** The id of the message. */
  readonly message: string
  /** The acting user. */
  readonly user_id: string
  readonly created_at: string
}

/** A message was edited or deleted; `content` is the message now, without reactions, replies and pin. */
export interface ContentChange extends ChangeBase {
  readonly change: 'edited' | 'deleted'
  readonly content: Message
}

/** A reaction was set or removed; `count` is the number of users who have set it now. */
export interface ReactionChange extends ChangeBase {
  readonly change: 'reaction'
  readonly reaction: string
  readonly on: boolean
  readonly count: number
}

/** A message was pinned or unpinned. */
export interface PinChange extends ChangeBase {
  readonly change: 'pin'
  readonly on: boolean
}

/** A change of an earlier message. */
export type MessageChange = ContentChange | ReactionChange | PinChange

/**
 * Messages were erased, by the operator: those with a seq from `from` on and below `before`, of `user` if it is given, have
 * no content any more. Drop all copies. The handle of the room does so.
 */
export type ErasedRange = MessagesErased['body'] & { readonly room: string; readonly seq: number }

/**
 * So many events were missed that they are not repeated. The `message` events up
 * to `seq` follow, but no `changed` events of messages that were received or read
 * before: read them again. The handle of the room does so.
 */
export interface MissedChanges {
  readonly room: string
  readonly seq: number
}

/** The user is no longer a member of the room. No events of it follow, unless the user is added again. */
export interface LeftRoom {
  readonly room: string
  /** `removed`: by an event of the room; `forbidden`: while the client was disconnected. */
  readonly reason: 'removed' | 'forbidden'
}

/**
 * The service's store differs from the one that this client knew (it was
 * restored from a copy or lost commits), or forged frames were sent. The events
 * of this room may differ from the stored ones: drop them and read the history up
 * to `seq`; events continue after it.
 */
export interface ResetRoom {
  readonly room: string
  readonly seq: number
  readonly reason: 'ahead' | 'epoch'
}

/** A signal of another member in a watched room. It is over after `ttl_ms`, unless it is repeated. */
export interface Signal {
  readonly room: string
  readonly user_id: string
  /** `typing`, or `x.` and a name that the application defines. */
  readonly kind: string
  readonly data?: JsonObject
  readonly ttl_ms: number
}

/** The users who are typing in a watched room now; a user is left out when the typing is over, or with its message. */
export interface TypingUsers {
  readonly room: string
  readonly users: readonly string[]
}

/** Whether a watched user is online; null: the service does not know. */
export interface PresenceChange {
  readonly user_id: string
  readonly online: boolean | null
}

/** The read marker of a member of a small watched room has moved, or one's own, by another device. */
export interface MovedReadMarker {
  readonly room: string
  readonly user_id: string
  readonly seq: number
  readonly gen?: number
  readonly delivered?: number
}

export type ConnectionState =
  /** The client makes its first or a new connection. */
  | { readonly state: 'connecting' }
  | { readonly state: 'online' }
  /** The next attempt is made after `retryInMs`; `wake()` makes it at once. `error` is the reason; a second event follows if the service names a more precise one. */
  | { readonly state: 'offline'; readonly retryInMs: number; readonly error?: unknown }
  /** The client has ended. `error` is the reason. */
  | { readonly state: 'closed'; readonly error: ChatError }

/** One frame in either direction; tokens are left out. */
export interface PassedFrame {
  readonly direction: 'in' | 'out'
  readonly text: string
}

/**
 * The events of a client. Those of a room come in the room's order: first
 * `chat`, then every message after the chat's `seq`, each once, without a gap,
 * and the changes of messages, each once, in their order.
 */
export interface ChatEvents {
  readonly message: RoomMessage
  /** A chat of the user: after connecting, when it was created, when the user was added. Again after a long absence, with its members now. */
  readonly chat: JoinedChat
  readonly members: MembersChange
  /** The content of a chat has changed. */
  readonly updated: ChatUpdate
  /** Roles of users have changed. */
  readonly roles: RolesChange
  /** A message was edited, deleted, pinned or unpinned, or a reaction to it was set or removed. */
  readonly changed: MessageChange
  /** A room has another number of unread messages, or another marker. Needs a service of feature level 3. */
  readonly unread: RoomUnread
  readonly erased: ErasedRange
  readonly missed: MissedChanges
  readonly left: LeftRoom
  readonly reset: ResetRoom
  /** Signals may be lost, and have no order among the other events. */
  readonly signal: Signal
  readonly typing: TypingUsers
  readonly presence: PresenceChange
  /** A watched user, or on another device the bound user, has changed its profile: the user as it is now. */
  readonly profile: Person
  readonly read: MovedReadMarker
  /** The bound user has changed the settings of a chat, on this or another device; those that have an effect now. */
  readonly settings: ChatSettings & { readonly room: string }
  readonly state: ConnectionState
  /** The names of the events that the service accepts now: after connecting, and when the service accepts more. */
  readonly features: readonly string[]
  readonly frame: PassedFrame
}
