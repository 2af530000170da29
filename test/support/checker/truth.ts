import type { ListPoint } from './room-messages.ts'

/** From the event that makes a user a member to the one that ends it. */
export interface Span {
  readonly from: number
  /** Infinity: still a member. */
  readonly until: number
}

/** How a deletion changed an earlier event. */
export interface Redaction {
  /** The seq of the deletion. */
  readonly by: number
  /** CRC-32 of the frame of the event without the deleted content. */
  readonly crc: number
}

/** The stored events of one room. */
export interface RoomTruth {
  /** Its last seq. */
  readonly head: number
  /** The number of messages among its events. */
  readonly messages: number
  /** Undefined where it is not known: a list has messages only. */
  commandAt(seq: number): number | undefined
  /** CRC-32 of the frame as it was published; undefined where it is not known, as after a redaction. */
  crcAt(seq: number): number | undefined
  /** Undefined: the event has its content still. */
  redactionOf(seq: number): Redaction | undefined
  /** The time of the commit; undefined where the store cannot be read. */
  storedAt(seq: number): number | undefined
  seqOf(command: number): number | undefined
  /** The seq of the first message after this seq. */
  nextMessage(after: number): number | undefined
  /** CRC-32 of the message as a list shows it (`listedCrcOf`); undefined: a list does not show this seq, or it is not known. */
  listedCrc(seq: number, point?: ListPoint): number | undefined
  spansOf(user: number): readonly Span[]
}

/** The stored events of a run. */
export interface Truth {
  /** By number. */
  readonly rooms: ReadonlyMap<number, RoomTruth>
  /** Violations in the store itself, by invariant. */
  readonly flaws: Readonly<Record<'I2' | 'I3' | 'I4' | 'I5' | 'J2' | 'J5', readonly string[]>>
}
