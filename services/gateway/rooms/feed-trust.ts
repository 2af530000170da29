import { bodyOfFrame } from '../../../shared/frames/room-event-frame.ts'
import type { KnownHead } from '../../../shared/ports/read-model.ts'
import { eventDigest } from '../../../shared/records/event-digest.ts'
import type { PublishedEvent } from '../../../shared/records/publications.ts'
import { roomEventNamed } from '../../../shared/room-events/find-room-event.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { isSameEvent } from './same-event.ts'

/** A digest that no event has, so that the store always reports a different event. */
const noDigest = 'disputed'

/** The digest of an event that passed as published. Its type is known: events of unknown types are read from the store. */
const digestOf = (item: FeedItem): string =>
  eventDigest({ ...item, type: roomEventNamed(item.event)?.event ?? '', data: bodyOfFrame(item.frame) })

/** The head of a feed, and the event there if it passed as it was published. */
export interface FeedHead extends KnownHead {
  readonly published?: FeedItem
}

/**
 * Tracks which events of a feed the store has confirmed. Publications can be
 * forged, so the newest one that passed is kept until the sweep has compared it
 * with the store. Nothing is computed per message.
 */
export class FeedTrust {
  /** The store has confirmed the feed up to this seq. */
  confirmed = 0
  private newest: FeedItem | undefined = undefined
  /** Two different events were published at one seq: at least one of them is forged. */
  private hasConflict = false
  /** The seqs of membership events that have passed after `confirmed`. */
  private memberships: Set<number> | undefined = undefined

  /** The feed starts after this seq of the store. */
  restart(head: number): void {
    this.confirmed = head
    this.newest = undefined
    this.hasConflict = false
    this.memberships = undefined
  }

  passedPublished(item: FeedItem): void {
    this.newest = item
  }

  passedStored({ seq, membership }: FeedItem): void {
    if (this.newest === undefined && !this.hasConflict) this.confirmed = seq
    else if (membership !== 'none') this.memberships = (this.memberships ?? new Set()).add(seq)
  }

  /**
   * An event was published at a seq that has passed. True: it changes the
   * membership, but a published message passed at that seq, so that a removed
   * user may still receive events.
   */
  missedMembershipChange(event: PublishedEvent): boolean {
    if (event.seq <= this.confirmed) return false
    if (event.membership !== 'none') return this.memberships?.has(event.seq) !== true
    if (event.seq === this.newest?.seq && !isSameEvent(event, this.newest)) this.hasConflict = true
    return false
  }

  /** Whether the event at this seq passed as it was published and has not been compared yet. */
  isUnconfirmed(seq: number): boolean {
    return this.newest?.seq === seq
  }

  /** Whether the store has another event at the seq of the newest message. */
  contradicts(stored: FeedItem): boolean {
    return stored.seq === this.newest?.seq && !isSameEvent(stored, this.newest)
  }

  /** The head for the sweep to compare with the store. */
  head(last: number): FeedHead {
    if (this.hasConflict) return { seq: last, digest: noDigest }
    const { newest } = this
    return newest === undefined
      ? { seq: last, digest: undefined }
      : { seq: newest.seq, digest: digestOf(newest), published: newest }
  }

  /** The store has the event that `head` named. */
  confirm(seq: number): void {
    if (this.hasConflict) return
    this.confirmed = Math.max(this.confirmed, seq)
    if (this.newest?.seq === seq) this.newest = undefined
    for (const passed of this.memberships ?? []) if (passed <= seq) this.memberships?.delete(passed)
  }
}
