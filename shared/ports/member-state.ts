import type { ReadMarker } from '../domain/read-marker.ts'

/** A change of the markers of one member. Every part is optional; parts that are given are merged into the stored ones. */
export interface MarkerChange {
  readonly room: string
  readonly user: string
  readonly read?: ReadMarker | undefined
  /** The seq of an own message: raises the read marker, whatever its `gen` is. */
  readonly posted?: number | undefined
  /** The seq up to which the member's device has received the room. The greater one wins. */
  readonly delivered?: number | undefined
  /** The change has no result, because nobody waits for it; then its unread messages are not counted. */
  readonly withoutResult?: boolean | undefined
}

/** The number of messages that a member has not read, and of those that mention it. */
export interface UnreadCounts {
  /**
   * The messages after the marker that are not deleted. Messages that were stored before the service numbered messages
   * count only if the member has set a marker before them, and at most 1,000 of them.
   */
  readonly unread: number
  /** The messages after the marker that mention the member or all members; at most 100. */
  readonly mentions: number
}

/** The markers of a member, and what follows from them in the same snapshot. */
export interface MemberMarkers extends UnreadCounts {
  /** The marker; its `seq` is at least the one at which the membership began. */
  readonly read: ReadMarker
  /** 0: nothing was reported. */
  readonly delivered: number
  /** The last seq of the room. */
  readonly head: number
  /** Whether this change has moved one of the markers. */
  readonly hasMoved: boolean
}

/** A change of the marker of one member in a thread. */
export interface ThreadMarkerChange {
  readonly room: string
  readonly user: string
  /** The id of the root message. */
  readonly thread: string
  readonly read: ReadMarker
}

/** The marker of a member in a thread, and what follows from it in the same snapshot. */
export interface ThreadMarkers {
  readonly read: ReadMarker
  /** The replies after the marker that are not deleted; at most 1,000. */
  readonly unread: number
  /** The last seq of the room. */
  readonly head: number
}

/** How a member wants to see a chat. A mute also keeps notifications back; nothing else depends on these settings. */
export interface MemberSettings {
  /** An instant; absent: not muted. */
  readonly mutedUntil?: string | undefined
  readonly isHidden?: boolean | undefined
}

/** A change of the settings of one member. A part that is absent stays as it is. */
export interface SettingsChange extends MemberSettings {
  readonly room: string
  readonly user: string
}

/**
 * The state of members that no event records: read markers and settings. The
 * gateways write it directly.
 *
 * Promises:  merging markers is commutative and idempotent, over all callers: a
 *            marker goes back only by a greater `gen`. A marker is clipped to
 *            the head of its room. Only present members have results; the
 *            changes of others are not stored. Results are in the order of the
 *            changes; undefined: not a member, or a change without a result.
 *            A resolved call is durable.
 * Requires:  each room and user, and each of their threads, at most once in one
 *            call.
 * Does not:  write events, or publish anything. Of two settings at the same
 *            time, either wins.
 * Blocks:    up to the statement time-outs, then rejects with `StoreError`.
 */
export interface MemberStates {
  mark(changes: readonly MarkerChange[]): Promise<readonly (MemberMarkers | undefined)[]>
  /** Merges markers of threads in the same way. Undefined: not a member, or the room has no message with that id that starts threads. */
  markThreads(changes: readonly ThreadMarkerChange[]): Promise<readonly (ThreadMarkers | undefined)[]>
  /** Resolves with the settings after the change. */
  configure(changes: readonly SettingsChange[]): Promise<readonly (MemberSettings | undefined)[]>
}
