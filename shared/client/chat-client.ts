import type { Chat, Membership, Message, User } from '../domain/events.ts'
import type { ChatEvents, ChatState, RoomMessage } from './chat-events.ts'
import type { ClientClock } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import type { HistoryOptions, ListedChat, PageOptions } from './history.ts'
import type { Fetch } from './refused-connection.ts'
import type { SocketConstructor } from './socket.ts'
import type { GetToken } from './token-source.ts'

export interface ConnectOptions {
  /** Who is to be bound. May be left out where a token names the user. */
  readonly user?: { readonly externalUserId: string; readonly name?: string }
  /** One token for good: when it has ended, so has the client. */
  readonly token?: string
  /** Asked for a token for each connection, and before the last one ends. */
  readonly getToken?: GetToken
  /** Aborting closes the client. */
  readonly signal?: AbortSignal
  /** Default: the runtime's own. */
  readonly WebSocket?: SocketConstructor
  /**
   * Asks the HTTP API why a WebSocket was refused, which the WebSocket does not tell. Default: the runtime's own.
   */
  readonly fetch?: Fetch
  /** Requests that may wait to be answered; past it a call fails with `queue_full`. Default 1,000. */
  readonly maxQueued?: number
  /** The `FRAME_BYTES` of the service. Default 96 KiB. */
  readonly maxFrameBytes?: number
  /** Missed frames of one room that are resumed; more are read from history. Default 1,000, at most 10,000. */
  readonly maxResumed?: number
  readonly times?: Partial<ClientTimes>
  readonly clock?: ClientClock
  /** In [0, 1). */
  readonly random?: () => number
}

export interface CallOptions {
  /**
   * Aborting gives the call up. What was on its way already may still be
   * stored: nobody knows.
   */
  readonly signal?: AbortSignal
}

export interface MessageDraft {
  readonly msg: string
  /** `text` by default. */
  readonly type?: string
  /** A UUID of the caller's own (`newId()`); with it a message can be sent again after the client is gone. */
  readonly id?: string
}

/** Somebody, as others see them. */
export type Person = Pick<User, 'id' | 'externalUserId' | 'name'>

/**
 * A user in the chat, over as many connections as it takes.
 *
 * Promises:  a call goes on over lost connections until it is done, refused
 *            (`ChatError`), aborted, or the client has ended. `send` and the
 *            other calls that change a room resolve when the change is
 *            stored, once, however often it was sent; in one room they are
 *            stored in the order of the calls. What `on('message')` gives of
 *            a room is the room's exact history after the `seq` of its
 *            `chat` event: every message, once, in order, whatever happens
 *            to connections. Where that cannot be, `reset` says so.
 * Does not:  keep anything on disk: what was not confirmed when the process
 *            ends may be stored or not; send it again with the same `id`.
 *            Nor order one room against another.
 */
export interface ChatClient {
  /** The bound user; undefined until the first connection. */
  readonly user: User | undefined
  readonly state: ChatState
  /** Resolves with the user once bound. */
  ready(options?: CallOptions): Promise<User>
  /** Returns what takes the listener off again. Whoever listens right after `connect` misses nothing. */
  on<Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvents[Name]) => void, options?: CallOptions): () => void
  /** The user is a member whether or not named. An `id` of one's own makes the call one that can be repeated. */
  createChat(
    chat: { readonly name: string; readonly users: readonly string[]; readonly id?: string },
    options?: CallOptions,
  ): Promise<Chat>
  /** Resolves with those who were in fact added. */
  addUsers(room: string, users: readonly string[], options?: CallOptions & { readonly id?: string }): Promise<Membership>
  /** Resolves with those who were in fact removed. */
  removeUsers(room: string, users: readonly string[], options?: CallOptions & { readonly id?: string }): Promise<Membership>
  /** Resolves when the message is stored. */
  send(room: string, draft: MessageDraft | string, options?: CallOptions): Promise<Message>
  /** The user's chats, most recent activity first. */
  chats(options?: PageOptions): AsyncGenerator<ListedChat, void>
  /** What was said in a room, backwards (newest first) or forwards. */
  messages(room: string, options?: HistoryOptions): AsyncGenerator<RoomMessage, void>
  /** Those of them who share a chat with the user, by id. Who is not there is left out. */
  users(ids: readonly string[], options?: CallOptions): Promise<readonly Person[]>
  /** By external id; only for services, and for everybody where authentication is off. */
  findUsers(externalUserIds: readonly string[], options?: CallOptions): Promise<readonly Person[]>
  /** Do not wait: connect now, or find out whether the connection still lives. For when the network is back. */
  wake(): void
  /** For good: what is not done fails with `closed`. */
  close(): void
}
