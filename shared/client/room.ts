import type { Role } from '../domain/roles.ts'
import type { CallOptions } from './call-types.ts'
import type { ChatEvents, JoinedChat, RoomMessage } from './chat-events.ts'
import type { CallsOfRoom } from './room-calls.ts'

/**
 * The events of one room. `change`: a property of the handle, or of a list of it,
 * has another value. `changed`: a message of `messages` as it is now, after a
 * change, or after a reply in its thread.
 */
export interface RoomEventMap extends Pick<ChatEvents, 'message' | 'members' | 'updated' | 'roles' | 'left' | 'reset'> {
  readonly change: undefined
  readonly changed: RoomMessage
}

/** Selects messages: the replies of one thread, or all messages that are not replies. */
export type MessageFilter = { readonly thread: string } | { readonly replies: false }

/**
 * The newest messages of a room, kept up to date.
 *
 * Promises:  `messages` has no gap and no repeat: the history that was loaded,
 *            and after it every message since the list was created, in order, each
 *            as it is now. The array is replaced, never changed, and so is each
 *            message that changes: they can be compared.
 */
export interface MessageList {
  readonly messages: readonly RoomMessage[]
  /** There may be older messages than those in `messages`. */
  readonly hasOlder: boolean
  /** Loads up to `count` older messages, 50 by default. Concurrent calls share one read. */
  loadOlder(count?: number, options?: CallOptions): Promise<void>
}

/** One room: its messages, its members, and the calls that act in it. */
export interface Room extends MessageList, CallsOfRoom {
  readonly id: string
  /** The chat with its present name, image, data and rules; undefined until it is known. */
  readonly chat: JoinedChat | undefined
  /** The ids of the present members. */
  readonly members: readonly string[]
  /** The role of the user now; undefined until it is known. */
  readonly role: Role | undefined
  /** The user was removed from the room. */
  readonly isOver: boolean
  /** The list of one thread, or the list without replies; the same list each time. `change` reports its changes. */
  list(filter: MessageFilter): MessageList
  /** Returns a function that removes the listener. */
  on<Name extends keyof RoomEventMap>(name: Name, listener: (event: RoomEventMap[Name]) => void): () => void
}
