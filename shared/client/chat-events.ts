import type { Chat, Membership, Message } from '../domain/events.ts'
import type { ChatError } from './chat-error.ts'

/** A message in its place in the room. */
export interface RoomMessage extends Message {
  readonly room: string
  readonly seq: number
}

/** A chat of the user; its messages follow from `seq` on. */
export interface JoinedChat extends Chat {
  readonly seq: number
}

/** Users were added to a room or removed from it; `users` is empty when the request changed nothing. */
export interface MembersChange extends Membership {
  readonly room: string
  readonly seq: number
  readonly change: 'added' | 'removed'
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
 * `chat`, then every message after the chat's `seq`, each once, without a gap.
 */
export interface ChatEvents {
  readonly message: RoomMessage
  /** A chat of the user: after connecting, when it was created, when the user was added. Again after a long absence, with its members now. */
  readonly chat: JoinedChat
  readonly members: MembersChange
  readonly left: LeftRoom
  readonly reset: ResetRoom
  readonly state: ConnectionState
  readonly frame: PassedFrame
}
