import type { Chat, User } from '../domain/events.ts'

/** Facts about the database as a whole. */
export interface StoreMeta {
  /** A random text, set by the first migration and by each restore. */
  readonly epoch: string
  /** The feature level: gateways accept events and fields up to it. */
  readonly level: number
}

/** A room of which a user is a member now. */
export interface RoomMembership {
  readonly room: string
  /** The first frame of the membership has the seq `since + 1`. */
  readonly since: number
  /** The room's last seq in the same snapshot. */
  readonly head: number
}

/** The last event of a room that a gateway has processed. */
export interface KnownHead {
  readonly seq: number
  /** `eventDigest` of the event at `seq`; undefined: only the seq is compared. */
  readonly digest: string | undefined
}

/** The head in the store where it differs from a `KnownHead`. */
export interface ChangedHead {
  /** The last seq of the room; 0 if the room does not exist. */
  readonly head: number
  /** The store has no event at the known seq, or an event with another digest. */
  readonly isOther: boolean
}

/** A chat with the last seq of its room. */
export interface ChatListEntry extends Chat {
  readonly seq: number
}

/** A request for one page of the chats of a user. */
export interface ChatQuery {
  readonly user: string
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A request for one page of the messages of a room. */
export interface MessageQuery {
  readonly room: string
  /** The user who reads; must be a present member. */
  readonly reader: string
  readonly limit: number
  /** ISO instants; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Seqs, both exclusive. */
  readonly after?: number | undefined
  readonly before?: number | undefined
  readonly cursor?: string | undefined
}

/** One page of messages; `nextCursor` is absent on the last page. */
export interface MessagePage {
  /** Ascending by seq; `data` is the body of the message as stored. */
  readonly messages: readonly { readonly seq: number; readonly data: string }[]
  readonly nextCursor?: string
}

/** One page of chats; `nextCursor` is absent on the last page. */
export interface ChatPage {
  /** Most recent activity first. */
  readonly chats: readonly ChatListEntry[]
  readonly nextCursor?: string
}

/** The cursor is malformed, or belongs to another list. */
export class CursorError extends Error {}

/**
 * Queries on the tables computed from events.
 *
 * Promises:  each call reads one snapshot, which contains every transaction
 *            that was acknowledged before the call. Pages also end at 1 MiB.
 *            Cursors are opaque and stay valid across restarts. Rejects with
 *            `StoreError`, or with `CursorError` for a bad cursor.
 * Does not:  write.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface ReadModel {
  meta(): Promise<StoreMeta>
  /** The last seq of each room; a room that does not exist is absent. */
  heads(rooms: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** The rooms whose last seq differs from the known one, or whose event at the known seq differs. A room that does not exist has seq 0. */
  changedHeads(known: ReadonlyMap<string, KnownHead>): Promise<ReadonlyMap<string, ChangedHead>>
  /**
   * The present memberships of each user; a user without any is absent. For a
   * user with more than `most`, only `most + 1` are read.
   */
  memberships(users: readonly string[], most?: number): Promise<ReadonlyMap<string, readonly RoomMembership[]>>
  /**
   * The present memberships of the users whose rooms differ from the known ones. `known` has the `roomsDigest` of each
   * user's rooms; undefined never matches. A user without memberships has an empty list.
   */
  changedMemberships(known: ReadonlyMap<string, string | undefined>): Promise<ReadonlyMap<string, readonly RoomMembership[]>>
  /** Users by external id; an unknown id is absent. */
  usersByExternalId(externalIds: readonly string[]): Promise<ReadonlyMap<string, User>>
  /** The users of `ids` who exist and share a chat with `viewer` now, and the viewer itself; without a viewer, all that exist. */
  usersById(ids: readonly string[], viewer?: string): Promise<readonly User[]>
  /** The chats of a user, most recently active first. */
  chatsOf(query: ChatQuery): Promise<ChatPage>
  /** Messages of a room; undefined: the reader is not a member, or the chat does not exist. */
  messagesOf(query: MessageQuery): Promise<MessagePage | undefined>
}
