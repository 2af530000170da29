import type { Membership, Message } from '../domain/events.ts'
import type { CallOptions, MessageDraft, UserRef } from './call-types.ts'
import type { ChatEvents, JoinedChat, RoomMessage } from './chat-events.ts'
import type { HistoryOptions } from './history.ts'

/** The events of one room. `change`: a property of the handle has another value. */
export interface RoomEventMap extends Pick<ChatEvents, 'message' | 'members' | 'left' | 'reset'> {
  readonly change: undefined
}

/**
 * One room: its messages, its members, and the calls that act in it.
 *
 * Promises:  `messages` has no gap and no repeat: the history that was loaded,
 *            and after it every message since the handle was created, in order.
 *            Every list is replaced, never changed, so it can be compared.
 */
export interface Room {
  readonly id: string
  /** The chat as it was when the user joined it; undefined until it is known. */
  readonly chat: JoinedChat | undefined
  /** The ids of the present members. */
  readonly members: readonly string[]
  readonly messages: readonly RoomMessage[]
  /** There may be older messages than those in `messages`. */
  readonly hasOlder: boolean
  /** The user was removed from the room. */
  readonly isOver: boolean
  /** Loads up to `count` older messages, 50 by default. Concurrent calls share one read. */
  loadOlder(count?: number, options?: CallOptions): Promise<void>
  send(draft: MessageDraft | string, options?: CallOptions): Promise<Message>
  addUsers(users: readonly UserRef[], options?: CallOptions): Promise<Membership>
  removeUsers(users: readonly UserRef[], options?: CallOptions): Promise<Membership>
  /** Returns a function that removes the listener. */
  on<Name extends keyof RoomEventMap>(name: Name, listener: (event: RoomEventMap[Name]) => void): () => void
}

/** The calls of the client that a handle makes. */
export interface RoomCalls {
  messages(room: string, options?: HistoryOptions): AsyncGenerator<RoomMessage, void>
  on<Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvents[Name]) => void): () => void
  send(room: string, draft: MessageDraft | string, options?: CallOptions): Promise<Message>
  addUsers(room: string, users: readonly UserRef[], options?: CallOptions): Promise<Membership>
  removeUsers(room: string, users: readonly UserRef[], options?: CallOptions): Promise<Membership>
}
