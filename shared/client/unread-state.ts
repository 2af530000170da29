import type { ReadMarker } from '../domain/read-marker.ts'
import { laterMarker } from '../domain/read-marker.ts'

/** The unread messages of a room: those after the marker that are not deleted. */
export interface RoomUnread {
  readonly room: string
  readonly unread: number
  /** Those that mention the user or all members; at most 100. */
  readonly mentions: number
  /** The place up to which the user has read, on any device. */
  readonly read: ReadMarker
}

/** Counts, and the last seq that they include. */
export interface CountedUnread extends Omit<RoomUnread, 'room'> {
  readonly asOf: number
}

/** A message after the counts. */
interface CountedMessage {
  readonly seq: number
  readonly isMention: boolean
}

const mostMentions = 100
/** The newest messages of which each is remembered. */
const mostRemembered = 500

/**
 * The unread messages of one room: the last counts of the service, and the
 * messages that arrived since, of which only the newest are remembered. An answer may be older or newer than the feed:
 * messages that it includes are not counted twice.
 */
export class UnreadState {
  private counts: CountedUnread
  /** Messages after `counts.asOf`, ascending. */
  private arrived: CountedMessage[] = []
  private lastSeq: number

  constructor(counts: CountedUnread) {
    this.counts = counts
    this.lastSeq = counts.asOf
  }

  get read(): ReadMarker {
    return this.counts.read
  }

  get unread(): number {
    return this.counts.unread + this.arrived.length
  }

  get mentions(): number {
    return Math.min(mostMentions, this.counts.mentions + this.arrived.filter(({ isMention }) => isMention).length)
  }

  /** The last seq that was counted. */
  get last(): number {
    return this.lastSeq
  }

  /** Counts of the service. Older ones than the present ones, with an earlier marker, are ignored. */
  update(counts: CountedUnread): void {
    const { asOf, read } = this.counts
    const isEarlier = laterMarker(counts.read, read) !== counts.read
    if (isEarlier || (counts.asOf < asOf && counts.read.seq === read.seq && counts.read.gen === read.gen)) return
    this.counts = counts
    this.arrived = this.arrived.filter(({ seq }) => seq > counts.asOf)
    this.lastSeq = Math.max(this.lastSeq, counts.asOf)
  }

  /** A message of another user. */
  arrive(seq: number, isMention: boolean): void {
    if (seq <= this.lastSeq) return
    this.lastSeq = seq
    if (seq <= this.read.seq) return
    this.arrived.push({ seq, isMention })
    if (this.arrived.length > mostRemembered) this.forgetOldest()
  }

  /** Keeps only its count: a client that never marks anything as read does not remember all messages. */
  private forgetOldest(): void {
    const oldest = this.arrived.shift()
    if (oldest === undefined) return
    const { unread, mentions } = this.counts
    this.counts = { ...this.counts, asOf: oldest.seq, unread: unread + 1, mentions: mentions + Number(oldest.isMention) }
  }

  /** Everything up to this seq is read, in the present generation. */
  readUpTo(seq: number): void {
    this.lastSeq = Math.max(this.lastSeq, seq)
    const { asOf, read } = this.counts
    if (seq <= read.seq) return
    const marker = { gen: read.gen, seq }
    this.arrived = this.arrived.filter((message) => message.seq > seq)
    // A place among the messages that are only counted: the service counts them again.
    this.counts = seq >= asOf ? { asOf, read: marker, unread: 0, mentions: 0 } : { ...this.counts, read: marker }
  }
}
