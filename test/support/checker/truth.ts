/** From the event that makes a user a member to the one that ends it. */
export interface Span {
  readonly from: number
  /** Infinity: still a member. */
  readonly until: number
}

/** The stored events of one room. */
export interface RoomTruth {
  /** Its last seq. */
  readonly head: number
  /** The number of messages among its events. */
  readonly messages: number
  /** Undefined where it is not known: a list has messages only. */
  commandAt(seq: number): number | undefined
  crcAt(seq: number): number | undefined
  /** The time of the commit; undefined where the store cannot be read. */
  storedAt(seq: number): number | undefined
  seqOf(command: number): number | undefined
  /** The seq of the first message after this seq. */
  nextMessage(after: number): number | undefined
  /** CRC-32 of the message as a list shows it; undefined: a list does not show this seq. */
  listedCrc(seq: number): number | undefined
  spansOf(user: number): readonly Span[]
}

/** The stored events of a run. */
export interface Truth {
  /** By number. */
  readonly rooms: ReadonlyMap<number, RoomTruth>
  /** Violations in the store itself, by invariant. */
  readonly flaws: Readonly<Record<'I2' | 'I3' | 'I4' | 'I5', readonly string[]>>
}
