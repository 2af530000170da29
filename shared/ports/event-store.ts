import type { ChatState } from '../domain/chat.ts'
import type { DomainEvent, EventType, User } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'

/** An event as it is kept: `data` is the frame's body, as text, never parsed again on the way out. */
export interface StoredEvent {
  readonly v: number
  readonly stream: string
  readonly seq: number
  readonly type: EventType
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

/** What a batch of commands needs to be decided. Duplicates are harmless. */
export interface Touched {
  readonly rooms: readonly string[]
  readonly commands: readonly CommandKey[]
  /** Whether each user is a member of that room. */
  readonly members: readonly { readonly room: string; readonly user: string }[]
  /** Whether these users exist. */
  readonly users: readonly string[]
  readonly externalIds: readonly string[]
  /** Whose present chats to count. A count ends at `upTo`, so that it costs no more than that many index entries. */
  readonly chatCounts: { readonly users: readonly string[]; readonly upTo: number }
}

export interface Loaded {
  /** Rooms that exist. `members` holds those asked for; `knownUsers`, counts and limits are the caller's to fill in. */
  readonly chats: ReadonlyMap<string, ChatState>
  readonly knownUsers: ReadonlySet<string>
  /** By external id. */
  readonly users: ReadonlyMap<string, User>
  /** By user, of those asked for. Not locked: other rooms may change it until the commit. */
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

export interface Decided {
  readonly events: readonly NewEvent[]
  readonly rejections: readonly StoredRejection[]
}

/**
 * `clash`: another writer was first; load and decide again. `record`: the
 * store refuses something in these records for what it is; trying again is
 * useless. `unavailable`: the store's own state; try the same again later.
 */
export class StoreError extends Error {
  readonly fault: 'clash' | 'record' | 'unavailable'
  constructor(fault: 'clash' | 'record' | 'unavailable', message: string, options?: ErrorOptions) {
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
 * The only truth.
 *
 * Promises:  `transact` locks the touched rooms in id order, then reads, then
 *            calls `decide` once, synchronously, then appends all it returned
 *            and updates the read model, in one transaction: all or nothing.
 *            Of two transactions that append at one (stream, seq), or under
 *            one (stream, command id), exactly one wins; the other rejects
 *            with `StoreError` fault `clash`. A `forbidden` rejection is stored
 *            under (room, command id, digest) and keeps nothing else out. Every rejection of any method
 *            is a `StoreError`. `unavailable` after a cut during commit says
 *            nothing of whether it was stored: load again.
 *            A read is one snapshot per call; answers stand in the requests' order.
 * Does not:  retry, check memberships, or check that seqs start at head + 1
 *            beyond what the unique keys do.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface EventStore {
  transact(touched: Touched, decide: (loaded: Loaded) => Decided): Promise<void>
  readPages(requests: readonly PageRequest[]): Promise<readonly Page[]>
  /** What is recorded of exactly these commands: an outcome with another digest is another command's. */
  outcomes(keys: readonly CommandKey[]): Promise<readonly (Outcome | undefined)[]>
}
