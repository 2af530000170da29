import type { BlockPair } from '../../../shared/domain/blocks.ts'
import type { JsonObject, User } from '../../../shared/domain/events.ts'
import type { MessageState } from '../../../shared/domain/message-state.ts'
import type { ReadMarker } from '../../../shared/domain/read-marker.ts'
import type { StoredRole } from '../../../shared/domain/roles.ts'
import type { Rules } from '../../../shared/domain/rules.ts'
import type { MembershipSpan, RecordedOutcome, StoredEvent } from '../../../shared/ports/event-store.ts'

/** A row of the chat table: everything but the events. */
export interface ChatRow {
  readonly id: string
  name: string
  image?: string
  data?: JsonObject
  rules?: Rules
  readonly createdBy: string
  readonly createdAt: string
  /** The time of the last change of the membership or of the content. */
  modifiedAt: string
  head: number
  lastAt: string
  /** The time of the last event that is an activity. */
  activeAt: string
  /** In the order of joining. A removed member keeps its entry, with `until`. */
  readonly members: Map<string, MembershipSpan>
  /** The roles that were set, of members and others. */
  readonly roles: Map<string, StoredRole>
}

/** A message with its state after all events of its room. */
export interface MessageRow {
  readonly seq: number
  readonly atMs: number
  /** The newest version, or the tombstone. */
  data: string
  /** `reacted` has the reactions of all users. */
  state: MessageState
  /** By `reactionKeyText`: the seq of the event that set it last. */
  readonly reactionSeqs: Map<string, number>
  /** The seqs of the edits. */
  readonly edits: number[]
  replies: { readonly count: number; readonly lastSeq: number } | undefined
}

/** The state of a member that no event records. `read` undefined: the member has not marked anything. */
export interface MemberRow {
  readonly read: ReadMarker | undefined
  readonly delivered: number
  readonly mutedUntil: string | undefined
  readonly isHidden: boolean | undefined
}

export interface MemoryTables {
  readonly chats: Map<string, ChatRow>
  readonly usersById: Map<string, User>
  /** By `blockKeyText`, with the time of the block. */
  readonly blocks: Map<string, BlockPair & { readonly createdAt: string }>
  /** By id of the user: the seq of the last event of its stream. */
  readonly userHeads: Map<string, number>
  readonly usersByExternalId: Map<string, User>
  /** By stream, then by seq. */
  readonly events: Map<string, Map<number, StoredEvent>>
  /** By room, in the order appended. */
  readonly messages: Map<string, MessageRow[]>
  /** By `commandKeyText`: at most one outcome of an id prevents other commands from using that id. */
  readonly outcomes: Map<string, readonly RecordedOutcome[]>
  /** By room and user. */
  readonly memberStates: Map<string, MemberRow>
  /** By room, user and thread. */
  readonly threadMarkers: Map<string, ReadMarker>
  /** All events in the order of their commits. */
  readonly log: StoredEvent[]
}
