import type { Chat, User } from '../domain/events.ts'

/** Facts about the store as a whole. */
export interface StoreMeta {
  /** Random, set by the first migration and by a restore. */
  readonly epoch: string
  /** The feature level: gateways accept events and fields up to it. */
  readonly level: number
}

/** A room that a user is a member of now. */
export interface HeldMembership {
  readonly room: string
  /** A member's first frame is `since + 1`. */
  readonly since: number
  /** The room's last seq in the same snapshot. */
  readonly head: number
}

/** The last event of a room, as a gateway has it. */
export interface HeldHead {
  readonly seq: number
  /** `eventDigest` of the event at `seq`; undefined: only the seq is compared. */
  readonly digest: string | undefined
}

/** What the store has in place of a `HeldHead`. */
export interface ChangedHead {
  /** The room's last seq; 0 if there is no such room. */
  readonly head: number
  /** The store has no event at the held seq, or another one than the held digest names. */
  readonly isOther: boolean
}

export interface ChatListEntry extends Chat {
  readonly seq: number
}

export interface ChatQuery {
  readonly user: string
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface MessageQuery {
  readonly room: string
  /** Only a member of now may read; undefined: no check. */
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

export interface MessagePage {
  /** Ascending by seq; `data` is the message's body as stored. */
  readonly messages: readonly { readonly seq: number; readonly data: string }[]
  readonly nextCursor?: string
}

export interface ChatPage {
  /** Most recent activity first. */
  readonly chats: readonly ChatListEntry[]
  readonly nextCursor?: string
}

/** The cursor was not made by this list. */
export class CursorError extends Error {}

/**
 * What can be asked of the tables computed from events.
 *
 * Promises:  each call is one snapshot; it shows every transaction that was
 *            acknowledged before the call. Pages end at 1 MiB too. Cursors
 *            are opaque and outlive restarts. Rejections are `StoreError`
 *            (fault `unavailable`), or `CursorError` for a bad cursor.
 * Does not:  write.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface ReadModel {
  meta(): Promise<StoreMeta>
  /** Last seqs; a room that does not exist is absent. */
  heads(rooms: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** The rooms whose last seq is not the held one, or whose event there is another one. A room that does not exist has seq 0. */
  changedHeads(held: ReadonlyMap<string, HeldHead>): Promise<ReadonlyMap<string, ChangedHead>>
  /**
   * The present memberships of each user; one without any is absent. With
   * `most`, of a user who has more than that only `most + 1` are read.
   */
  memberships(users: readonly string[], most?: number): Promise<ReadonlyMap<string, readonly HeldMembership[]>>
  /**
   * The same, but only of users who are not members of exactly the rooms held of them: of each a `roomsDigest`,
   * or undefined, which no memberships equal. A user without any has an empty list here.
   */
  changedMemberships(held: ReadonlyMap<string, string | undefined>): Promise<ReadonlyMap<string, readonly HeldMembership[]>>
  usersByExternalId(externalIds: readonly string[]): Promise<ReadonlyMap<string, User>>
  /** Those of `ids` who exist and share a chat with `viewer` now (or are the viewer); without a viewer, all. */
  usersById(ids: readonly string[], viewer?: string): Promise<readonly User[]>
  chatsOf(query: ChatQuery): Promise<ChatPage>
  /** Undefined: the reader is not a member, or there is no such chat. */
  messagesOf(query: MessageQuery): Promise<MessagePage | undefined>
}
