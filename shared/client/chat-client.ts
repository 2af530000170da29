import type { Chat, User } from '../domain/events.ts'
import type { CallOptions, ChatContent, FoundMessage, Person, UserRef, WatchState, WatchTarget } from './call-types.ts'
import type { ChatEvents, ConnectionState } from './chat-events.ts'
import type { ClientClock } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import type { ListedChat, PageOptions, SearchOptions } from './history.ts'
import type { ClientLogger, ClientMetrics } from './observation.ts'
import type { PeopleCalls } from './people-calls.ts'
import type { Fetch } from './refused-connection.ts'
import type { Room } from './room.ts'
import type { RoomCalls } from './room-calls.ts'
import type { SocketConstructor } from './socket.ts'
import type { GetToken } from './token-source.ts'
import type { RoomUnread } from './unread-state.ts'
import type { UnsentStorage } from './unsent.ts'

/** Options of `connect`. Without authentication `user` is required; with it, `token` or `getToken`. */
export interface ConnectOptions {
  /** The user to bind. May be left out if a token names the user. */
  readonly user?: { readonly externalUserId: string; readonly name?: string }
  /** One token that never changes: the client ends when it has expired. */
  readonly token?: string
  /** Returns a token for each connection, and before the last one expires. */
  readonly getToken?: GetToken
  /** Aborting closes the client. */
  readonly signal?: AbortSignal
  /**
   * Keeps unsent messages over a restart, for example `localStorage`. The client
   * sends them again, under their own ids, once the same user is bound.
   */
  readonly storage?: UnsentStorage
  /** Receives a line per connection, loss, refusal and reset; `console` is one. It never receives message texts or tokens. */
  readonly logger?: ClientLogger
  /** Called at the end of each request, and at each change of the connection. */
  readonly metrics?: ClientMetrics
  /** Default: the runtime's own. */
  readonly WebSocket?: SocketConstructor
  /** Asks the HTTP API why a WebSocket was refused, because the WebSocket API does not expose the reason. Default: the runtime's own. */
  readonly fetch?: Fetch
  /** Requests that may wait for an answer; beyond that a call fails with `queue_full`. Default 1,000. */
  readonly maxQueued?: number
  /** The `FRAME_BYTES` of the service. Default 96 KiB. */
  readonly maxFrameBytes?: number
  /** Missed frames of one room that are resumed; if more were missed, they are read from history. Default 1,000, at most 10,000. */
  readonly maxResumed?: number
  readonly times?: Partial<ClientTimes>
  readonly clock?: ClientClock
  /** Returns a number in [0, 1). */
  readonly random?: () => number
}

/**
 * A user in the chat, over any number of connections.
 *
 * Promises:  a call continues over lost connections until it is carried out,
 *            refused (`ChatError`) or aborted, or until the client has ended.
 *            `send` and the other calls that change a room resolve when the
 *            change is stored. It is stored once, however often it was sent,
 *            and in one room in the order of the calls. The `message` events
 *            of a room are its exact history after the `seq` of its `chat`
 *            event: every message, once, in order. If that is impossible, a
 *            `reset` event is emitted.
 * Does not:  write to a disk, except unsent messages to `storage`. Without it,
 *            a message that was not confirmed when the process ends may be
 *            stored or not; send it again with the same `id`. Events of
 *            different rooms have no common order.
 */
export interface CoreClient extends RoomCalls, PeopleCalls {
  /** The bound user; undefined until the first connection. */
  readonly user: User | undefined
  readonly state: ConnectionState
  /** The names of the protocol's events that the service accepts, for example `edit-message`; empty until the first connection. */
  readonly features: readonly string[]
  /** Resolves with the user once it is bound. */
  ready(options?: CallOptions): Promise<User>
  /** Returns a function that removes the listener. A listener that is added right after `connect` misses no event. */
  on<Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvents[Name]) => void, options?: CallOptions): () => void
  /** The user becomes a member, even if `users` does not name it. With an `id` of your own the call can be repeated. */
  createChat(
    chat: ChatContent & { readonly name: string; readonly users: readonly UserRef[]; readonly id?: string },
    options?: CallOptions,
  ): Promise<Chat>
  /** The user's chats, most recent activity first. */
  chats(options?: PageOptions): AsyncGenerator<ListedChat, void>
  /**
   * The messages of the user's chats that have all words of the text, newest first. A service without a search index refuses
   * it with `unknown_event`; `features` names `search-messages` if it has one.
   */
  search(text: string, options?: SearchOptions): AsyncGenerator<FoundMessage, void>
  /** Looks up users by id. Omits those who share no chat with the bound user. */
  users(ids: readonly string[], options?: CallOptions): Promise<readonly Person[]>
  /** Looks up users by external id. Omits those who share no chat with the bound user, except for a service or without authentication. */
  findUsers(externalUserIds: readonly string[], options?: CallOptions): Promise<readonly Person[]>
  /**
   * Sets the rooms and users whose signals this client receives, instead of those
   * before; it keeps watching them over lost connections. After that, `typing`,
   * `presence` and `profile` events report what has changed meanwhile. A service that does not
   * have signals yet refuses it with `unknown_event`.
   */
  watch(target: WatchTarget, options?: CallOptions): Promise<WatchState>
  /**
   * The unread messages of a room; undefined: not known, or not counted by this service (`features` has no `mark-read`).
   * All devices of the user have the same marker.
   */
  unread(room: string): RoomUnread | undefined
  /** Connects now, or checks whether the connection is alive. Call it when the network is back. */
  wake(): void
  /** Closes the client for good: calls in flight fail with `closed`. */
  close(): void
}

/** A client that also keeps the messages and the members of rooms. */
export interface ChatClient extends CoreClient {
  /** The messages and the members of one room, kept up to date; the same handle each time. */
  room(id: string): Room
}
