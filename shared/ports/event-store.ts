import type { BlockPair } from '../domain/blocks.ts'
import type { ChatState } from '../domain/chat.ts'
import type { User } from '../domain/events.ts'
import type { MessageState } from '../domain/message-state.ts'
import type { Rejection } from '../domain/rejections.ts'
import type { UserStream } from '../domain/user-stream.ts'
import type { MembershipEffect } from '../room-events/membership-effect.ts'
import type { NamedReaction } from '../room-events/room-event.ts'
import type { DomainEvent } from '../room-events/room-events.ts'

/** An event as stored. `data` is the body of the frame as text; it is sent to clients without being parsed again. */
export interface StoredEvent {
  readonly v: number
  readonly stream: string
  readonly seq: number
  /** The type of the domain event. It may be a type of a later version. */
  readonly type: string
  /** The event's name on the wire. A reader that does not know the type sends the event under this name. */
  readonly name: string
  /** The effect of the event on the membership of its room. */
  readonly membership: MembershipEffect
  readonly data: string
  readonly commandId: string
  /** `redactedDigest`: the content of the event was removed, because its message was deleted. */
  readonly digest: string
}

/** The digest of an event whose content was removed. No command has it. */
export const redactedDigest = ''

/** A stored rejection. */
export interface StoredRejection {
  readonly room: string
  readonly commandId: string
  readonly digest: string
  readonly rejection: Rejection
}

/** The stored outcome of a command: its event or its rejection. Recorded once and never changed. */
export type RecordedOutcome =
  | { readonly kind: 'event'; readonly digest: string; readonly event: StoredEvent }
  | { readonly kind: 'rejection'; readonly digest: string; readonly rejection: Rejection }

/** Whether an outcome of a command's id may be that of the command with this digest. */
export const isOutcomeOf =
  (digest: string) =>
  (outcome: RecordedOutcome): boolean =>
    outcome.digest === digest || (outcome.kind === 'event' && outcome.digest === redactedDigest)

/** Identifies a command: an id is unique within its room only; the digest identifies the content. */
export interface CommandKey {
  readonly room: string
  readonly id: string
  readonly digest: string
}

/** The data to read before commands can be decided. Duplicates are allowed. */
export interface ReadSet {
  readonly rooms: readonly string[]
  /** Commands whose recorded outcomes to read. */
  readonly commands: readonly CommandKey[]
  /** Pairs to test: is the user a member of the room, and which role was set for it? */
  readonly members: readonly { readonly room: string; readonly user: string }[]
  /** Users to test for existence. */
  readonly users: readonly string[]
  readonly externalIds: readonly string[]
  /** Users whose streams to read. */
  readonly userStreams: readonly string[]
  /** Blocks to test. */
  readonly blocks: readonly BlockPair[]
  /** Messages to read, by room and id. */
  readonly messages: readonly { readonly room: string; readonly id: string }[]
  /** Reactions to test: has the user set it? `messages` must name their messages too. */
  readonly reactions: readonly (NamedReaction & { readonly room: string })[]
  /** Rooms whose owners to count. */
  readonly owners: readonly string[]
  /** Users whose present chats to count. A count stops at `upTo`, so that it reads no more than that many index entries. */
  readonly chatCounts: { readonly users: readonly string[]; readonly upTo: number }
}

/** The messages of one room that a read set asks for. */
export interface RoomMessages {
  /** By id; undefined: the room has no message with that id. */
  readonly messages: ReadonlyMap<string, MessageState | undefined>
  /** The number of pinned messages of the room. */
  readonly pins: number
}

/** The stored part of the state of a user's stream. */
export type StoredUser = Pick<UserStream, 'seq' | 'user' | 'blockCount'>

/** The answer to a read set, from one snapshot. */
export interface Snapshot {
  /** Rooms that exist. `members` and `roles` hold only users asked for, `roles` also those who are no members; the caller fills in `knownUsers`, counts and limits. */
  readonly chats: ReadonlyMap<string, ChatState>
  readonly knownUsers: ReadonlySet<string>
  /** The messages asked for, by room. */
  readonly messages: ReadonlyMap<string, RoomMessages>
  /** The number of owners of each room asked for. */
  readonly owners: ReadonlyMap<string, number>
  /** By external id. */
  readonly users: ReadonlyMap<string, User>
  /** The streams asked for; that of a user who does not exist is absent. Not newer than `outcomes`. */
  readonly userStreams: ReadonlyMap<string, StoredUser>
  /** By `blockKeyText`: the blocks asked for that are set. Every block that was committed before the read is among them. */
  readonly blocks: ReadonlySet<string>
  /** The present chats of each user asked for. Not locked, and maybe newer than the snapshot: commits in other rooms change it. */
  readonly chatCounts: ReadonlyMap<string, number>
  /** By `commandKeyText`: the outcome of the command itself, and that of another command which reserves its id, in any order. */
  readonly outcomes: ReadonlyMap<string, readonly RecordedOutcome[]>
}

/** The map key for a command id in a room. */
export const commandKeyText = (room: string, id: string): string => `${room} ${id}`

/** An event to append, with its body already serialised. */
export interface NewEvent {
  readonly event: DomainEvent
  readonly data: string
}

/** The outcomes that one append records. */
export interface NewOutcomes {
  readonly events: readonly NewEvent[]
  readonly rejections: readonly StoredRejection[]
}

/** The outcomes of one append, and the state from which they were decided. */
export interface Append extends NewOutcomes {
  /**
   * The last seq of each room when its commands were decided; 0: the room does
   * not exist. Contains every room of the append, also those with rejections only.
   */
  readonly heads: ReadonlyMap<string, number>
  /** The last seq of the stream of each user whose commands were decided; 0: the user does not exist. */
  readonly userHeads: ReadonlyMap<string, number>
  /** Rooms whose commands were decided without reading their recorded outcomes. */
  readonly unread: ReadonlySet<string>
}

/** `stale`: nothing was stored, because a head differs or a command already has an outcome. Read and decide again. */
export type AppendResult = 'appended' | 'stale'

/**
 * Why the store failed. `record`: it refuses the content of these records, and
 * a retry is useless. `timeout`: the statement ran, or waited for a lock, for
 * too long; a smaller one may succeed. `unavailable`: the state of the store
 * itself; retry the same call later.
 */
export type StoreFault = 'record' | 'timeout' | 'unavailable'

/** The error of every method of the event store and the read model. */
export class StoreError extends Error {
  readonly fault: StoreFault
  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.fault = fault
  }
}

/** A request for events of one room after a seq. */
export interface PageRequest {
  readonly room: string
  /** Return events with a greater seq. */
  readonly after: number
  readonly limit: number
  /** Users whose membership of the room to return, as of the head of the page. */
  readonly users: readonly string[]
}

/** A user's latest membership of a room, in seqs: `since + 1` is its first event, `until` the removal of the user, if any. */
export interface MembershipSpan {
  readonly since: number
  readonly until?: number
}

/** The answer to a `PageRequest`, from one snapshot. */
export interface Page {
  /** Ascending and gapless from `after + 1`; ends at `limit` events or 1 MiB, but contains at least one event if there is one. */
  readonly events: readonly StoredEvent[]
  /** The last seq of the room in the same snapshot; 0 if the room does not exist. */
  readonly head: number
  /** A user who never was a member is absent. */
  readonly members: ReadonlyMap<string, MembershipSpan>
}

/**
 * The reads and appends of one writer, all over one connection to the primary.
 *
 * Promises:  `read` is one snapshot, except for `chatCounts`, `userStreams` and `blocks`.
 *            `append` is one round trip: it locks the rooms of `heads` in id
 *            order, including those that do not exist, then the users of
 *            `userHeads`, and compares the heads under the locks.
 *            It stores everything and updates the read model, or stores
 *            nothing. It is `stale` if a head differs, if a recorded outcome
 *            excludes an event or a rejection of the append, or if a rejection
 *            of an `unread` room has an id that an event or another rejection
 *            holds. A recorded `forbidden` excludes only its own digest. An event
 *            that deletes a message replaces the bodies of all other events of
 *            that message by the tombstone, and their digests by
 *            `redactedDigest`, in the same transaction.
 *            After `lost` every call rejects: no append can be based on a read
 *            over an earlier connection. Every error is a `StoreError`; after
 *            one, it is unknown whether the append was stored.
 * Does not:  retry, reconnect, check memberships, or check that seqs start at
 *            head + 1 beyond what the unique keys do.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface Appender {
  read(wanted: ReadSet): Promise<Snapshot>
  append(batch: Append): Promise<AppendResult>
  /** Resolves when the connection has ended, for any reason. */
  readonly lost: Promise<void>
  /** Ends the connection. Idempotent. */
  close(): Promise<void>
}

/**
 * The stored events and outcomes.
 *
 * Promises:  each call reads one snapshot; answers are in the order of the
 *            requests. Every method rejects with `StoreError` only.
 * Does not:  retry.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface EventStore {
  /** Connects; rejects if that fails. State that was read over one appender is not valid for another. */
  openAppender(): Promise<Appender>
  readPages(requests: readonly PageRequest[]): Promise<readonly Page[]>
  /**
   * The recorded outcomes of exactly these commands: an outcome with another digest belongs to another command. A redacted
   * event has no digest any more, and is returned for every command with its id.
   */
  outcomes(keys: readonly CommandKey[]): Promise<readonly (RecordedOutcome | undefined)[]>
}
