import type { Chat, User } from '../domain/events.ts'
import type { Role } from '../domain/roles.ts'
import type { RequestEvent } from '../protocol/requests.ts'
import type { ChatSettings } from './call-types.ts'
import type { RoomMessage } from './chat-events.ts'
import type { FrameBody } from './frames.ts'
import type { RoomUnread } from './unread-state.ts'

/** Sends a request and resolves with the body of its answer. */
export type Ask = (event: RequestEvent, body: object, signal?: AbortSignal) => Promise<FrameBody>

/** Options of a list that is read page by page. */
export interface PageOptions {
  /** Entries per page, at most 200. The iterator requests the next page by itself. */
  readonly pageSize?: number
  readonly signal?: AbortSignal
}

/** The range and direction of a history. Without bounds it is the whole history that the user may read. */
export interface HistoryOptions extends PageOptions {
  /** `backwards`, the default: newest first. `forwards`: oldest first. */
  readonly direction?: 'backwards' | 'forwards'
  /** Seqs, both exclusive. */
  readonly after?: number
  readonly before?: number
  /** ISO-8601; from inclusive, to exclusive. */
  readonly from?: string
  readonly to?: string
  /** Only the replies of the thread with this root message. */
  readonly thread?: string
  /** `false`: without the replies of threads. */
  readonly replies?: boolean
  /** `true`: only pinned messages. */
  readonly pinned?: boolean
}

/** Options of the list of reactions to a message. */
export interface ReactionOptions extends PageOptions {
  /** Only this reaction. */
  readonly reaction?: string
}

/** Options of the list of members. */
export interface MemberOptions extends PageOptions {
  /** Only members who have this role now. */
  readonly role?: Role
  /** `true`: the banned users in the place of the members. */
  readonly banned?: boolean
}

/** A chat of the user with its position in the room's feed. The other fields need a service of feature level 3. */
export interface ListedChat extends Chat, Partial<Omit<RoomUnread, 'room'>> {
  /** The chat's last seq. */
  readonly seq: number
  readonly settings?: ChatSettings
  /** The role of the user; absent: `member`. */
  readonly role?: Role
  /** The end of that role, if it is a lower one for a time. */
  readonly role_until?: string
  /** The role that applies after that end. */
  readonly role_after?: Role
  /** In a direct chat: the other user. */
  readonly peer?: Pick<User, 'id' | 'externalUserId' | 'name' | 'image'>
}

const pages = async function* (ask: Ask, event: RequestEvent, body: object, query: object, options: PageOptions) {
  const { pageSize: limit, signal } = options
  let cursor: unknown
  do {
    const page = await ask(event, { ...body, query: { ...query, limit, cursor } }, signal)
    yield page
    cursor = page.next_cursor
  } while (cursor !== undefined)
}

/** The entries of a list, which each page has under the name `field`. */
export const entriesOf = async function* <Entry>(
  ask: Ask,
  event: RequestEvent,
  field: string,
  body: object,
  query: object,
  options: PageOptions,
): AsyncGenerator<Entry, void> {
  for await (const page of pages(ask, event, body, query, options)) yield* page[field] as Entry[]
}

/** The messages of a page of `list-messages`. */
export const messagesIn = (room: string, { messages, as_of }: FrameBody): RoomMessage[] =>
  (messages as RoomMessage[]).map((message) => ({ ...message, room, as_of: as_of as number }))

/** With a lower bound the service pages towards newer messages, so reading backwards checks that bound here. */
const backwards = async function* (ask: Ask, room: string, options: HistoryOptions): AsyncGenerator<RoomMessage, void> {
  const { after = 0, from, before, to, thread, replies, pinned } = options
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from)
  const query = { before, to, thread, replies, pinned }
  for await (const page of pages(ask, 'list-messages', { chat: { id: room } }, query, options)) {
    for (const message of messagesIn(room, page).toReversed()) {
      if (message.seq <= after || Date.parse(message.created_at) < fromMs) return
      yield message
    }
  }
}

const forwards = async function* (ask: Ask, room: string, options: HistoryOptions): AsyncGenerator<RoomMessage, void> {
  const { after = 0, before, from, to, thread, replies, pinned } = options
  const query = { after, before, from, to, thread, replies, pinned }
  for await (const page of pages(ask, 'list-messages', { chat: { id: room } }, query, options)) yield* messagesIn(room, page)
}

/** The messages of a room. A page is requested when the application asks for its first message. */
export const messagesOf = (ask: Ask, room: string, options: HistoryOptions = {}): AsyncGenerator<RoomMessage, void> =>
  options.direction === 'forwards' ? forwards(ask, room, options) : backwards(ask, room, options)

/** The user's chats, most recent activity first. */
export const chatsOf = async function* (
  ask: Ask,
  me: () => Promise<string>,
  options: PageOptions = {},
): AsyncGenerator<ListedChat, void> {
  yield* entriesOf<ListedChat>(ask, 'list-chats', 'chats', { user: { id: await me() } }, {}, options)
}
