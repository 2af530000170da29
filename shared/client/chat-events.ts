import type { Chat, Membership, Message } from '../domain/events.ts'
import type { ChatError } from './chat-error.ts'

/** A message in its place in the room. */
export interface RoomMessage extends Message {
  readonly room: string
  readonly seq: number
}

/** A chat that the user is in; `seq` is the place from which its feed goes on here. */
export interface JoinedChat extends Chat {
  readonly seq: number
}

/** Users were added to a room or removed from it; `users` is empty when the request changed nothing. */
export interface MembersChange extends Membership {
  readonly room: string
  readonly seq: number
  readonly change: 'added' | 'removed'
}

/** The room is over for this user: nothing of it comes any more, unless the user is added again. */
export interface LeftRoom {
  readonly room: string
  /** `removed`: by an event of the room; `forbidden`: it was so when the client came back. */
  readonly reason: 'removed' | 'forbidden'
}

/**
 * The service's store is not the one that this client knew (it was restored
 * from a copy or lost commits), or the service was sent forged frames. What was given of this room may not be what is stored: drop
 * it and read the history up to `seq`; the feed goes on after it.
 */
export interface ResetRoom {
  readonly room: string
  readonly seq: number
  readonly reason: 'ahead' | 'epoch'
}

export type ChatState =
  /** A first or a new connection is being made. */
  | { readonly state: 'connecting' }
  | { readonly state: 'online' }
  /** The next attempt is made after `retryInMs`; `wake()` makes it at once. */
  | { readonly state: 'offline'; readonly retryInMs: number; readonly error?: unknown }
  /** For good. `error` says why. */
  | { readonly state: 'closed'; readonly error: ChatError }

/** One frame as it passes; tokens are left out. */
export interface PassedFrame {
  readonly direction: 'in' | 'out'
  readonly text: string
}

/**
 * What an application can listen to. All events come in one order, the order
 * in which things happened; those of a room in its own: first `chat`, then
 * every message after the chat's `seq`, each once, none left out.
 */
export interface ChatEvents {
  readonly message: RoomMessage
  /** A chat is there: on connecting, when it was created, when the user was added. Again after a long absence, with the members of now. */
  readonly chat: JoinedChat
  readonly members: MembersChange
  readonly left: LeftRoom
  readonly reset: ResetRoom
  readonly state: ChatState
  readonly frame: PassedFrame
}
