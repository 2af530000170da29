import type { Chat, Message } from '../domain/events.ts'
import type { RequestEvent } from '../protocol/requests.ts'
import type { RoomMessage } from './chat-events.ts'
import type { FrameBody } from './frames.ts'

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
}

/** A chat of the user with its position in the room's feed. */
export interface ListedChat extends Chat {
  /** The chat's last seq. */
  readonly seq: number
}

type HistoryEntry = Message & { readonly seq: number }

const pages = async function* (ask: Ask, event: RequestEvent, body: object, query: object, options: PageOptions) {
  const { pageSize: limit, signal } = options
  let cursor: unknown
  do {
    const page = await ask(event, { ...body, query: { ...query, limit, cursor } }, signal)
    yield page
    cursor = page.next_cursor
  } while (cursor !== undefined)
}

/** With a lower bound the service pages towards newer messages, so reading backwards checks that bound here. */
const backwards = async function* (ask: Ask, room: string, options: HistoryOptions): AsyncGenerator<RoomMessage, void> {
  const { after = 0, from, before, to } = options
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from)
  for await (const page of pages(ask, 'list-messages', { chat: { id: room } }, { before, to }, options)) {
    for (const message of (page.messages as HistoryEntry[]).toReversed()) {
      if (message.seq <= after || Date.parse(message.created_at) < fromMs) return
      yield { ...message, room }
    }
  }
}

const forwards = async function* (ask: Ask, room: string, options: HistoryOptions): AsyncGenerator<RoomMessage, void> {
  const { after = 0, before, from, to } = options
  for await (const page of pages(ask, 'list-messages', { chat: { id: room } }, { after, before, from, to }, options))
    for (const message of page.messages as HistoryEntry[]) yield { ...message, room }
}

/** The messages of a room; a page is requested when its first message is. */
export const messagesOf = (ask: Ask, room: string, options: HistoryOptions = {}): AsyncGenerator<RoomMessage, void> =>
  options.direction === 'forwards' ? forwards(ask, room, options) : backwards(ask, room, options)

/** The user's chats, most recent activity first. */
export const chatsOf = async function* (
  ask: Ask,
  me: () => Promise<string>,
  options: PageOptions = {},
): AsyncGenerator<ListedChat, void> {
  const user = { id: await me() }
  for await (const page of pages(ask, 'list-chats', { user }, {}, options)) yield* page.chats as ListedChat[]
}
