/** A room whose events, from `nextSeq` to `lastSeq`, wait for a sink. */
export interface ParkedRoom {
  readonly room: string
  readonly nextSeq: number
  readonly lastSeq: number
  /** Consecutive failures of the next event; 0: it is not retried, but the room is behind. */
  readonly failures: number
  /** Milliseconds since the first of these failures; since the room was parked, without failures. */
  readonly waitsMs: number
}

/** The state of a room after attempts. */
export interface RoomProgress {
  readonly room: string
  /** Every event before it is delivered, or is a dead letter. */
  readonly nextSeq: number
  /** As in `ParkedRoom`. */
  readonly failures: number
  /** A short text without content. */
  readonly reason: string
  /** No attempt before this time has passed. */
  readonly dueMs: number
}

/** The rooms of one sink that wait, for metrics. */
export interface ParkedSummary {
  readonly rooms: number
  /** Milliseconds for which the oldest of them has waited. */
  readonly oldestMs: number
}

/**
 * The rooms whose events a sink could not deliver yet, shared by all relays of
 * the sink; also its dead letters and the end of its subscription.
 *
 * Promises:  each call is atomic and durable. A claimed room is not claimed
 *            again until its lease has ended or `progress` was stored; if two
 *            relays deliver a room all the same, `nextSeq` never goes back by
 *            `progress`, and both begin at an event before which none is
 *            missing. A room is released only if its last event is delivered:
 *            an event that `extend` has added to a room is delivered by the
 *            relay that claims it. Rejects with `StoreError` only.
 * Does not:  hold content: the events are read from the event store.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface ParkedRooms {
  /** Adds the events up to these seqs to the rooms that are parked; resolves with those rooms. */
  extend(heads: ReadonlyMap<string, number>): Promise<ReadonlySet<string>>
  /** Parks rooms. A room that is parked already keeps its earlier `nextSeq`. */
  park(rooms: readonly (RoomProgress & { readonly lastSeq: number })[]): Promise<void>
  /** Claims rooms that are due, those due first first. */
  claim(limit: number, leaseMs: number): Promise<readonly ParkedRoom[]>
  /** Stores the progress of a claimed room, and releases it if all its events are delivered. */
  progress(progress: RoomProgress): Promise<void>
  /** Records that the sink will not receive an event. Idempotent. */
  deadLetter(room: string, seq: number, reason: string): Promise<void>
  summary(): Promise<ParkedSummary>
  /** Ends the subscription of an endpoint, and forgets all parked rooms. */
  end(endpoint: string): Promise<void>
  hasEnded(endpoint: string): Promise<boolean>
}
