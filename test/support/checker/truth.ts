/** From the event that makes a user a member to the one that ends it. */
export interface Span {
  readonly from: number
  /** Infinity: still a member. */
  readonly until: number
}

/** What happened in one room, as the store has it. */
export interface RoomTruth {
  /** Its last seq. */
  readonly head: number
  /** How many of its events are messages. */
  readonly messages: number
  /** Undefined where it is not known (a list shows messages only). */
  commandAt(seq: number): number | undefined
  crcAt(seq: number): number | undefined
  /** When the store took it; undefined where the store cannot be asked. */
  storedAt(seq: number): number | undefined
  seqOf(command: number): number | undefined
  spansOf(user: number): readonly Span[]
}

/** What a run is judged by. */
export interface Truth {
  /** By number. */
  readonly rooms: ReadonlyMap<number, RoomTruth>
  /** What is wrong with the store already, by the invariant that it breaks. */
  readonly flaws: Readonly<Record<'I2' | 'I3' | 'I4' | 'I5', readonly string[]>>
}
