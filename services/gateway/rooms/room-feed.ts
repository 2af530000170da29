import type { Subscription } from '../../../shared/ports/fan-out.ts'
import type { ChangedHead } from '../../../shared/ports/read-model.ts'
import type { PublishedEvent } from '../../../shared/records/publications.ts'
import { retrying } from '../reads/retrying.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import type { PassableEvent } from './early-events.ts'
import { EarlyEvents, isPassable } from './early-events.ts'
import type { FeedHead } from './feed-trust.ts'
import { FeedTrust } from './feed-trust.ts'
import { subscribeToRoom } from './room-channel.ts'
import type { RoomFeedDeps } from './room-feed-deps.ts'
import { isSameEvent } from './same-event.ts'
import type { FollowedFeed, Follower } from './subscriber.ts'

/**
 * The ordered, gapless sequence of one room's events inside a gateway.
 *
 * Publications may be lost, repeated, reordered or forged. `pass` gets seq
 * after seq without a gap, because a gap is read from the store first.
 * Membership events are always read from the store: they start and end
 * followers. A message is passed on as it was published; the sweep compares the
 * newest one with the store, and the feed reopens if the store has another one.
 * Events whose seq has passed before go to `drop`, because a pending command
 * may wait for them.
 *
 * A class, because a gateway has one per held room.
 */
export class RoomFeed implements FollowedFeed {
  readonly room: string
  /** An array takes half the memory of a set and is faster to iterate. */
  readonly followers: Follower[] = []
  last = 0
  isOpen = false
  private readonly deps: RoomFeedDeps
  private readonly subscription: Subscription
  private isClosed = false
  private isRepairing = false
  private readonly trust = new FeedTrust()
  /** Incremented when the feed reopens: a page that was requested before is ignored. */
  private openings = 0
  /** The highest seq that was reported. */
  private target = 0
  /** Events that wait for a gap to be repaired, by seq; nearly always empty. */
  private early: EarlyEvents | undefined = undefined

  constructor(room: string, deps: RoomFeedDeps) {
    this.room = room
    this.deps = deps
    this.subscription = subscribeToRoom(deps, room, (events) => this.receive(events))
    void this.open()
  }

  /** Resolves when the room's channel is subscribed to, or the fan-out is known to be down. */
  get listening(): Promise<void> {
    return this.subscription.ready
  }

  join(follower: Follower): void {
    this.followers.push(follower)
  }

  leave(follower: Follower): void {
    const at = this.followers.indexOf(follower)
    if (at >= 0) this.followers.splice(at, 1)
  }

  noteHead(head: number): void {
    this.target = Math.max(this.target, head)
    void this.repair()
  }

  close(): void {
    this.isClosed = true
    this.subscription.close()
  }

  /** The head for the sweep to compare with the store. */
  get head(): FeedHead {
    return this.trust.head(this.last)
  }

  /** The sweep has compared `head` with the store; undefined: the store has the same. */
  applyStoreHead(head: FeedHead, change: ChangedHead | undefined): void {
    if (!this.isOpen) return
    if (change?.isContradicted === true) return void this.check(head)
    const { seq } = head
    if (seq <= this.last) this.trust.confirm(seq)
    if (change !== undefined) this.noteHead(change.head)
  }

  /** The digests differ: the store has another event at this seq, or has removed the content, because the message was deleted. */
  private async check({ seq, published }: FeedHead): Promise<void> {
    if (published === undefined) return this.reopen()
    const { openings } = this
    const page = await this.ask(() => this.deps.lookups.page({ room: this.room, after: seq - 1 }))
    if (page === undefined || this.isClosed || openings !== this.openings) return
    const [stored] = page.items
    if (stored === undefined || !isSameEvent(stored, published)) return this.reopen()
    this.trust.confirm(seq)
    this.noteHead(page.head)
  }

  private async open(): Promise<void> {
    await this.subscription.ready
    if (!(await this.begin())) return
    this.passEarly()
    // The head is known: followers may go live.
    for (const follower of [...this.followers]) follower.catchUp()
    void this.repair()
  }

  /** Starts again at the head of the store, because an event that passed is not in the store. */
  private async reopen(): Promise<void> {
    const { confirmed } = this.trust
    this.deps.metrics.publicationsDropped.inc({ reason: 'unstored' })
    this.isOpen = false
    this.early = undefined
    this.target = 0
    if (!(await this.begin())) return
    const head = this.last
    for (const follower of [...this.followers]) follower.startOver(Math.min(confirmed, head), head)
    void this.repair()
  }

  /** Reads the head. False: the feed was closed during the read. */
  private async begin(): Promise<boolean> {
    this.openings += 1
    const head = await this.ask(() => this.deps.lookups.head(this.room))
    if (head === undefined || this.isClosed) return false
    this.last = head
    this.target = Math.max(this.target, head)
    this.trust.restart(head)
    this.isOpen = true
    return true
  }

  private take(event: PublishedEvent): void {
    const { room, last, isOpen, deps } = this
    if (isOpen && event.seq <= last) {
      if (this.trust.missedMembershipChange(event)) void this.reopen()
      return deps.drop({ room, ...event })
    }
    // An event that waits at this seq is of another publication, and one of the two may be forged.
    const isAlone = this.early?.get(event.seq) === undefined
    if (isOpen && event.seq === last + 1 && isPassable(event) && isAlone) return this.passPublished(event)
    this.target = Math.max(this.target, event.seq)
    this.early ??= new EarlyEvents(deps.maxEarly)
    this.early.add(event)
  }

  private passPublished(event: PassableEvent): void {
    const item = { room: this.room, ...event }
    this.trust.passedPublished(item)
    this.passOn(item)
  }

  private passStored(item: FeedItem): void {
    const published = this.early?.get(item.seq)
    if (published === undefined) this.deps.metrics.gapsRepaired.inc()
    this.trust.passedStored(item)
    this.passOn(published?.traceparent === undefined ? item : { ...item, traceparent: published.traceparent })
  }

  private passOn(item: FeedItem): void {
    this.last = item.seq
    this.early?.delete(item.seq)
    this.deps.pass(this, item)
  }

  /** Passes the early events that follow without a gap. */
  private passEarly(): void {
    const { room, early, deps } = this
    if (early === undefined) return
    for (const event of early.takeUpTo(this.last)) deps.drop({ room, ...event })
    for (let next = early.get(this.last + 1); next !== undefined && isPassable(next); next = early.get(this.last + 1))
      this.passPublished(next)
    if (early.isEmpty && this.early === early) this.early = undefined
  }

  private ask<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    return retrying(this.deps.clock, this.deps.retryMs, () => !this.isClosed, attempt)
  }

  /** The page begins with the last event if that is unconfirmed, so that no event passes after a forged message. */
  private async repairStep(): Promise<void> {
    const { target: reported, openings, last, trust } = this
    const isChecked = trust.isUnconfirmed(last)
    const page = await this.ask(() => this.deps.lookups.page({ room: this.room, after: isChecked ? last - 1 : last }))
    if (page === undefined || this.isClosed || openings !== this.openings) return
    if ((isChecked && page.head < last) || page.items.some((item) => trust.contradicts(item))) return this.reopen()
    for (const item of page.items) if (item.seq === this.last + 1) this.passStored(item)
    this.passEarly()
    // The store does not have the reported seq: ignore the report.
    if (page.head <= this.last && this.target === reported) {
      this.target = this.last
      this.early = undefined
    }
  }

  private async repair(): Promise<void> {
    if (this.isRepairing || !this.isOpen) return
    this.passEarly()
    if (this.last >= this.target) return
    this.isRepairing = true
    if (this.early?.get(this.last + 1) === undefined) this.deps.metrics.gapsFound.inc()
    while (this.isOpen && !this.isClosed && this.last < this.target) await this.repairStep()
    this.isRepairing = false
  }

  private receive(events: readonly PublishedEvent[]): void {
    for (const event of events) this.take(event)
    void this.repair()
  }
}
