import type { Attachment, Chat, User } from '../domain/events.ts'
import type { ReadMarker } from '../domain/read-marker.ts'
import type { Role } from '../domain/roles.ts'
import type { Rules } from '../domain/rules.ts'
import type { MemberSettings, UnreadCounts } from './member-state.ts'

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

/** The marker of a member, and the messages after it. */
export interface MemberUnread extends UnreadCounts {
  readonly read: ReadMarker
}

/** A room of which a user is a member now, with its unread messages in the same snapshot. */
export interface UnreadMembership extends RoomMembership, MemberUnread {}

/** A user in a room. */
export interface MemberKey {
  readonly room: string
  readonly user: string
}

/** The role of a member now, and the least one for signals by the rules of its chat. See `roles` for the numbers. */
export interface SignalRoles {
  readonly role: number
  readonly needed: number
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
  readonly isContradicted: boolean
}

/** A chat with the last seq of its room, and the state of the user as a member. */
export interface ChatListEntry extends Chat, MemberUnread {
  readonly seq: number
  readonly settings: MemberSettings
  /** The role of the member now; absent: `member`. */
  readonly role?: Role
  /** The end of that role, if it is a lower one for a time. */
  readonly role_until?: string
  /** The role that applies after that end; present if and only if `role_until` is. */
  readonly role_after?: Role
  /** In a direct chat: the other user, without its data. */
  readonly peer?: Pick<User, 'id' | 'externalUserId' | 'name' | 'image'>
}

/** A request for one page of the chats of a user. */
export interface ChatQuery {
  readonly user: string
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A request for one page of the members of a room. */
export interface MemberQuery {
  readonly room: string
  /** The user who reads; must be a present member. */
  readonly reader: string
  /** Only members who have this role now. */
  readonly role?: Role | undefined
  /** True: the banned users in the place of the members. */
  readonly banned?: boolean | undefined
  /** The most members of a chat whose markers are listed; absent: none are. */
  readonly markersUpTo?: number | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A member, or a banned user, who has no role. */
export interface MemberEntry {
  readonly user: string
  readonly role?: Role
  /** The end of the role, if it is a lower one for a time. */
  readonly until?: string
  /** The role from `until` on. */
  readonly role_after?: Role
  /** The seq of the event that made the user a member; absent: the user is banned. */
  readonly since?: number
  /** In a chat of at most `markersUpTo` members: the marker up to which the member has read. */
  readonly read?: ReadMarker
  /** Beside `read`: the seq up to which a device of the member has received the room; absent: none has reported it. */
  readonly delivered?: number
}

/** One page of members, those who joined first first; `nextCursor` is absent on the last page. */
export interface MemberPage {
  readonly members: readonly MemberEntry[]
  readonly nextCursor?: string
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
  /** Only the replies of the thread with this root message. */
  readonly thread?: string | undefined
  /** False: without the replies of threads. */
  readonly replies?: boolean | undefined
  /** True: only pinned messages. */
  readonly pinned?: boolean | undefined
}

/** A message as it is now. Optional parts are present only if the message has any. */
export interface ListedMessage {
  /** The seq of the event that posted it. */
  readonly seq: number
  /** The newest version, or the tombstone, as JSON text. */
  readonly data: string
  /** The number of users by reaction. A deleted message has none. */
  readonly reactions?: Readonly<Record<string, number>>
  /** The reactions that the reader has set. */
  readonly myReactions?: readonly string[]
  /** The replies that are not deleted, and the seq of the last reply, which may be deleted. */
  readonly replies?: { readonly count: number; readonly lastSeq: number }
  readonly isPinned?: true
}

/** A request about one message, for one page. `reader` must be a present member of the room. */
export interface MessageDetailQuery {
  readonly room: string
  readonly message: string
  readonly reader: string
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A request for one page of the reactions to a message. */
export interface ReactionQuery extends MessageDetailQuery {
  /** Only this reaction. */
  readonly reaction?: string | undefined
}

/** A reaction of one user; `seq` is that of the event that set it last. */
export interface ListedReaction {
  readonly reaction: string
  readonly user: string
  readonly seq: number
}

/** One page of reactions, ordered by reaction and user id. */
export interface ReactionPage {
  readonly reactions: readonly ListedReaction[]
  readonly nextCursor?: string
}

/** One page of the versions of a message, oldest first; `data` is the message as JSON text. */
export interface VersionPage {
  readonly versions: readonly { readonly seq: number; readonly data: string }[]
  readonly nextCursor?: string
}

/** Why there is no page: the reader is not a member (or there is no such chat), or the chat has no such message. */
export type NoPage = 'forbidden' | 'unknown_message'

/** One page of messages; `nextCursor` is absent on the last page. */
export interface MessagePage {
  /** Ascending by seq. */
  readonly messages: readonly ListedMessage[]
  /** The last seq of the room in the snapshot of the page: changes up to it are part of the page. */
  readonly asOf: number
  /** In the list of a thread: the marker of the reader; absent if it has marked nothing. */
  readonly read?: ReadMarker
  readonly nextCursor?: string
}

/** One page of chats; `nextCursor` is absent on the last page. */
export interface ChatPage {
  /** Most recent activity first. */
  readonly chats: readonly ChatListEntry[]
  readonly nextCursor?: string
}

/** A request for one page of the users whom a user has blocked. */
export type BlockQuery = ChatQuery

/** A user whom another one has blocked, and the time of the block. */
export interface ListedBlock {
  readonly user: string
  readonly createdAt: string
}

/** One page of blocks, ordered by the id of the blocked user; `nextCursor` is absent on the last page. */
export interface BlockPage {
  readonly blocks: readonly ListedBlock[]
  readonly nextCursor?: string
}

/** The rights of a present member. */
export interface MemberRights {
  /** The number of its role now. */
  readonly role: number
  readonly rules: Rules
  readonly isDirect: boolean
}

/** A request for the files of messages of a room; `reader` must be a present member. */
export interface AttachmentQuery {
  readonly room: string
  readonly reader: string
  readonly messages: readonly string[]
}

/** A file of a message as it is now. */
export interface ListedAttachment {
  readonly message: string
  readonly file: Attachment
}

/** The cursor is malformed, or belongs to another list. */
export class CursorError extends Error {}

/**
 * Queries on the tables computed from events.
 *
 * Promises:  each call reads one snapshot, which contains every transaction
 *            that was acknowledged before the call. Pages also end at 1 MiB,
 *            and pages of messages without replies after 10,000 seqs: such a
 *            page may be empty and have a cursor.
 *            Cursors are opaque and stay valid across restarts. Rejects with
 *            `StoreError`, or with `CursorError` for a bad cursor.
 * Does not:  write.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface ReadModel {
  meta(): Promise<StoreMeta>
  /** The last seq of each room; a room that does not exist is absent. */
  heads(rooms: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** The number of present members of each room; a room that does not exist is absent. */
  memberCounts(rooms: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Of each member, in this order; undefined: not a present member. */
  signalRoles(members: readonly MemberKey[]): Promise<readonly (SignalRoles | undefined)[]>
  /** The rooms whose last seq differs from the known one, or whose event at the known seq differs. A room that does not exist has seq 0. */
  changedHeads(known: ReadonlyMap<string, KnownHead>): Promise<ReadonlyMap<string, ChangedHead>>
  /**
   * The present memberships of each user; a user without any is absent. For a
   * user with more than `most`, only `most + 1` are read.
   */
  memberships(users: readonly string[], most?: number): Promise<ReadonlyMap<string, readonly RoomMembership[]>>
  /** The same, with the unread messages of each room as of its head. */
  unreadMemberships(users: readonly string[], most?: number): Promise<ReadonlyMap<string, readonly UnreadMembership[]>>
  /**
   * The present memberships of the users whose rooms differ from the known ones. `known` has the `roomsDigest` of each
   * user's rooms; undefined never matches. A user without memberships has an empty list. An erased user is always in the
   * result, also one who is still in a room that the erasure left out.
   */
  changedMemberships(
    known: ReadonlyMap<string, string | undefined>,
  ): Promise<ReadonlyMap<string, readonly RoomMembership[] | 'erased'>>
  /** Users by external id; an unknown id is absent. */
  usersByExternalId(externalIds: readonly string[]): Promise<ReadonlyMap<string, User>>
  /** The users of `ids` who exist and share a chat with `viewer` now, and the viewer itself; without a viewer, all that exist. */
  usersById(ids: readonly string[], viewer?: string): Promise<readonly User[]>
  /** When the last user was erased, in milliseconds since the epoch; undefined: none was. */
  lastErasureMs(): Promise<number | undefined>
  /** The chats of a user, most recently active first. */
  chatsOf(query: ChatQuery): Promise<ChatPage>
  /** Members of a room; undefined: the reader is not a member, or the chat does not exist. */
  membersOf(query: MemberQuery): Promise<MemberPage | undefined>
  /** The users whom a user has blocked. */
  blocksOf(query: BlockQuery): Promise<BlockPage>
  /** Messages of a room; undefined: the reader is not a member, or the chat does not exist. */
  messagesOf(query: MessageQuery): Promise<MessagePage | undefined>
  /** The rights of a user in a room; undefined: not a member, or the chat does not exist. */
  rightsOf(room: string, user: string): Promise<MemberRights | undefined>
  /**
   * The files of these messages as they are now; deleted and unknown messages have none. Undefined: the reader is not a
   * member, or the chat does not exist.
   */
  attachmentsOf(query: AttachmentQuery): Promise<readonly ListedAttachment[] | undefined>
  /** Who has reacted to a message. A deleted message is unknown. */
  reactionsOf(query: ReactionQuery): Promise<ReactionPage | NoPage>
  /**
   * The versions of a message. Of a deleted message, only the tombstone; but a member who may delete any message also gets
   * the deleted texts that are kept.
   */
  versionsOf(query: MessageDetailQuery): Promise<VersionPage | NoPage>
}
