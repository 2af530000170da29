import type { ChatState } from '../domain/chat.ts'
import type { User } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import type { MembershipEffect } from '../room-events/membership-effect.ts'
import type { DomainEvent } from '../room-events/room-events.ts'

/** An event as it is kept: `data` is the frame's body, as text, and is sent without being parsed. */
export interface StoredEvent {
  readonly v: number
  readonly stream: string
  readonly seq: number
  /** What happened, in the words of the domain; of a later version perhaps. */
  readonly type: string
  /** The event's name on the wire. A reader that does not know the type sends the event under this name. */
  readonly name: string
  /** What the event does to the membership of its room. */
  readonly membership: MembershipEffect
  readonly data: string
  readonly commandId: string
  readonly digest: string
}

/** A stored rejection. */
export interface StoredRejection {
  readonly room: string
  readonly commandId: string
  readonly digest: string
  readonly rejection: Rejection
}

/** What became of a command: its event or its rejection; recorded once, for ever the same. */
export type Outcome =
  | { readonly kind: 'event'; readonly digest: string; readonly event: StoredEvent }
  | { readonly kind: 'rejection'; readonly digest: string; readonly rejection: Rejection }

/** Names a command: an id is unique within its room only, and the digest names the command's content. */
export interface CommandKey {
  readonly room: string
  readonly id: string
  readonly digest: string
}

/** What has to be read before commands can be decided. Duplicates are harmless. */
export interface ReadSet {
  readonly rooms: readonly string[]
  /** The recorded outcomes of these commands. */
  readonly commands: readonly CommandKey[]
  /** Whether each user is a member of that room. */
  readonly members: readonly { readonly room: string; readonly user: string }[]
  /** Whether these users exist. */
  readonly users: readonly string[]
  readonly externalIds: readonly string[]
  /** Whose present chats to count. A count ends at `upTo`, so that it costs no more than that many index entries. */
  readonly chatCounts: { readonly users: readonly string[]; readonly upTo: number }
}

/** The answer to a read set, all of one moment. */
export interface Snapshot {
  /** Rooms that exist. `members` holds those asked for; `knownUsers`, counts and limits are the caller's to fill in. */
  readonly chats: ReadonlyMap<string, ChatState>
  readonly knownUsers: ReadonlySet<string>
  /** By external id. */
  readonly users: ReadonlyMap<string, User>
  /** By user, of those asked for; may be of a later moment. Not locked: other rooms may change it until the commit. */
  readonly chatCounts: ReadonlyMap<string, number>
  /** By `commandKeyText`: the outcome of each command asked for, and the outcome that keeps its id, in any order. */
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>
}

/** The map key of a command id. */
export const commandKeyText = (room: string, id: string): string => `${room} ${id}`

/** An event to be appended, with its body already serialised. */
export interface NewEvent {
  readonly event: DomainEvent
  readonly data: string
}

export interface NewOutcomes {
  readonly events: readonly NewEvent[]
  readonly rejections: readonly StoredRejection[]
}

/** What one append stores, and the state that it was decided from. */
export interface Append extends NewOutcomes {
  /**
   * The last seq of each room at which its commands were decided; 0: no such
   * room. Names every room of the append, also those in which all is rejected.
   */
  readonly heads: ReadonlyMap<string, number>
  /** The rooms whose commands were decided without reading their recorded outcomes. */
  readonly unread: ReadonlySet<string>
}

/** `stale`: nothing was stored, because a head differs or a command has an outcome already. Read and decide again. */
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

export interface PageRequest {
  readonly room: string
  /** Events with a greater seq are wanted. */
  readonly after: number
  readonly limit: number
  /** Whose membership of the room to tell, at the page's head. */
  readonly users: readonly string[]
}

/** `until` is the seq of the event that removed the user, if one did. A member's first frame is `since + 1`. */
export interface MembershipSpan {
  readonly since: number
  readonly until?: number
}

export interface Page {
  /** Ascending, without holes, starting at `after + 1`; cut at `limit` or 1 MiB, but never empty if there is a next one. */
  readonly events: readonly StoredEvent[]
  /** The room's last seq, 0 if there is no such room, in the same snapshot. */
  readonly head: number
  /** Absent: never was a member. */
  readonly members: ReadonlyMap<string, MembershipSpan>
}

/**
 * The reads and appends of one writer, all over one connection to the primary.
 *
 * Promises:  `read` is one snapshot, but for `chatCounts`. `append` is one round
 *            trip: it locks the rooms that `heads` names in id order, also
 *            those that do not exist, and compares the heads under the locks.
 *            It stores everything and updates the read model, or nothing. It
 *            is `stale` if a head differs, if an event or a rejection has an
 *            outcome that excludes it, or if a rejection of an `unread` room
 *            is under an id that an event or another rejection keeps. A
 *            `forbidden` excludes commands of the same digest only.
 *            After `lost` every call rejects: no append can be made from what
 *            was read over an earlier connection. Every error is a
 *            `StoreError`; after one, whether the append was stored is unknown.
 * Does not:  retry, reconnect, check memberships, or check that seqs start at
 *            head + 1 beyond what the unique keys do.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface Appender {
  read(wanted: ReadSet): Promise<Snapshot>
  append(batch: Append): Promise<AppendResult>
  /** Resolves when the connection has ended, for whatever reason. */
  readonly lost: Promise<void>
  /** Ends the connection. Idempotent. */
  close(): Promise<void>
}

/**
 * The events and what was decided, as they are stored.
 *
 * Promises:  a read is one snapshot per call; answers stand in the requests'
 *            order. Every rejection of any method is a `StoreError`.
 * Does not:  retry.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface EventStore {
  /** Connects; rejects when that fails. What was read over one appender says nothing about another. */
  openAppender(): Promise<Appender>
  readPages(requests: readonly PageRequest[]): Promise<readonly Page[]>
  /** What is recorded of exactly these commands: an outcome with another digest is another command's. */
  outcomes(keys: readonly CommandKey[]): Promise<readonly (Outcome | undefined)[]>
}
