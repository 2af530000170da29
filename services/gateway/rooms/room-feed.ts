import type { Clock } from '../../../shared/ports/clock.ts'
import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import type { ChangedHead, HeldHead } from '../../../shared/ports/read-model.ts'
import type { PublishedEvent } from '../../../shared/records/publications.ts'
import { channels, readRoomPublication } from '../../../shared/records/publications.ts'
import { roomEventNamed } from '../../../shared/room-events/find-room-event.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Lookups } from '../reads/lookups.ts'
import { retrying } from '../reads/retrying.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { FeedTrust } from './feed-trust.ts'
import type { FeedPlace, Follower } from './follower.ts'

/**
 * The ordered, gapless flow of one room inside a gateway.
 *
 * Publications may be lost, repeated, reordered or forged. What comes out of
 * `pass` is seq after seq without a hole, because a hole is read from the
 * store first. Membership events are always read from the store: they start
 * and end followers. A message is passed on as it was published; the sweep
 * compares the newest one with the store, and the feed reopens if the store
 * has another one. Events that were seen before still go to `drop`: a pending
 * command may wait for their outcome.
 */
export interface RoomFeed extends FeedPlace {
  /** Who gets what passes, while live. Whoever calls them while going through it goes through a copy. */
  readonly followers: readonly Follower[]
  /** Resolves when publications are heard (or the fan-out is known to be down). */
  readonly listening: Promise<void>
  /** What the sweep compares with the store. */
  readonly head: HeldHead
  /** The store was asked for that head; undefined: it has the same. */
  compared(head: HeldHead, change: ChangedHead | undefined): void
  close(): void
}

/** The same for all rooms of a gateway. */
export interface RoomFeedDeps {
  readonly fanOut: FanOut
  readonly lookups: Lookups
  readonly clock: Clock
  readonly metrics: Metrics
  readonly retryMs: number
  readonly maxHeld: number
  /** The next event of the room, in order. */
  readonly pass: (feed: RoomFeed, item: FeedItem) => void
  /** An event whose place has passed already. */
  readonly drop: (event: Pick<FeedItem, 'room' | 'seq' | 'commandId' | 'digest'> & { readonly frame?: string }) => void
}

type PassableEvent = PublishedEvent & { readonly frame: string }

/**
 * Events that this version knows and that leave the membership alone are passed on as they were published. An event of
 * a later version is read from the store: its stored type, by which the sweep compares it, is not known here.
 */
const isPassable = (event: PublishedEvent): event is PassableEvent =>
  event.frame !== undefined && roomEventNamed(event.event)?.membership === 'none'

/** A class for the sake of memory: there are as many as rooms, most of which are quiet. */
class HeardRoom implements RoomFeed {
  readonly room: string
  /** A list, which is half of the size of a set, and quicker to go through. */
  readonly followers: Follower[] = []
  last = 0
  isOpen = false
  private readonly ports: RoomFeedDeps
  private readonly subscription: Subscription
  private isClosed = false
  private isRepairing = false
  private readonly trust = new FeedTrust()
  /** Raised by each opening; a page that was asked for before it is worthless. */
  private openings = 0
  /** The highest seq that is known to exist. */
  private target = 0
  /** What waits for the hole before it, by seq; hardly ever anything. */
  private held: Map<number, PublishedEvent> | undefined = undefined

  constructor(room: string, ports: RoomFeedDeps) {
    this.room = room
    this.ports = ports
    this.subscription = ports.fanOut.subscribe(channels.room(room), (payload) => this.hear(payload))
    void this.open()
  }

  get sockets(): number {
    return this.followers.length
  }

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

  get head(): HeldHead {
    return this.trust.head(this.last)
  }

  compared({ seq }: HeldHead, change: ChangedHead | undefined): void {
    if (!this.isOpen) return
    if (change?.isOther === true) return void this.reopen()
    if (seq <= this.last) this.trust.confirm(seq)
    if (change !== undefined) this.noteHead(change.head)
  }

  private async open(): Promise<void> {
    await this.subscription.ready
    if (!(await this.begin())) return
    this.passHeld()
    // The head is known: followers may go live.
    for (const follower of [...this.followers]) follower.catchUp()
    void this.repair()
  }

  /** What has passed is not what the store has: the feed begins again at the store's head. */
  private async reopen(): Promise<void> {
    const { confirmed } = this.trust
    this.ports.metrics.publicationsDropped.inc({ reason: 'unstored' })
    this.isOpen = false
    this.held = undefined
    this.target = 0
    if (!(await this.begin())) return
    const head = this.last
    for (const follower of [...this.followers]) follower.startOver(Math.min(confirmed, head), head)
    void this.repair()
  }

  /** False: the feed was closed meanwhile. */
  private async begin(): Promise<boolean> {
    this.openings += 1
    const head = await this.ask(() => this.ports.lookups.head(this.room))
    if (head === undefined || this.isClosed) return false
    this.last = head
    this.target = Math.max(this.target, head)
    this.trust.restart(head)
    this.isOpen = true
    return true
  }

  private take(event: PublishedEvent): void {
    const { room, last, isOpen, ports } = this
    if (isOpen && event.seq <= last) {
      if (this.trust.hidesMembership(event)) void this.reopen()
      return ports.drop({ room, ...event })
    }
    if (isOpen && event.seq === last + 1 && isPassable(event)) return this.passPublished(event)
    this.target = Math.max(this.target, event.seq)
    this.hold(event)
  }

  /** A seq that was published twice is read from the store: one of the two may be forged. */
  private hold(event: PublishedEvent): void {
    this.held ??= new Map()
    const { frame: _frame, ...announced } = event
    if (this.held.has(event.seq)) this.held.set(event.seq, announced)
    else if (this.held.size < this.ports.maxHeld) this.held.set(event.seq, event)
  }

  private passPublished(event: PassableEvent): void {
    const item = { room: this.room, ...event }
    this.trust.passedPublished(item)
    this.passOn(item)
  }

  private passStored(item: FeedItem): void {
    const published = this.held?.get(item.seq)
    if (published === undefined) this.ports.metrics.gapsRepaired.inc()
    this.trust.passedStored(item)
    this.passOn(published?.traceparent === undefined ? item : { ...item, traceparent: published.traceparent })
  }

  private passOn(item: FeedItem): void {
    this.last = item.seq
    this.held?.delete(item.seq)
    this.ports.pass(this, item)
  }

  /** Passes on what is held and follows at once. */
  private passHeld(): void {
    const { room, held, ports } = this
    if (held === undefined) return
    for (const [seq, event] of held) {
      if (seq > this.last) continue
      held.delete(seq)
      ports.drop({ room, ...event })
    }
    for (let next = held.get(this.last + 1); next !== undefined && isPassable(next); next = held.get(this.last + 1))
      this.passPublished(next)
    if (this.held?.size === 0) this.held = undefined
  }

  private ask<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    return retrying(this.ports.clock, this.ports.retryMs, () => !this.isClosed, attempt)
  }

  /** The page begins with the last event if that is unconfirmed: what follows a forged message is not passed on. */
  private async repairStep(): Promise<void> {
    const { target: asked, openings, last, trust } = this
    const isChecked = trust.isUnconfirmed(last)
    const page = await this.ask(() => this.ports.lookups.page({ room: this.room, after: isChecked ? last - 1 : last }))
    if (page === undefined || this.isClosed || openings !== this.openings) return
    if ((isChecked && page.head < last) || page.items.some((item) => trust.contradicts(item))) return this.reopen()
    for (const item of page.items) if (item.seq === this.last + 1) this.passStored(item)
    this.passHeld()
    // A seq that the store does not have cannot be waited for: drop the rumour.
    if (page.head <= this.last && this.target === asked) {
      this.target = this.last
      this.held = undefined
    }
  }

  private async repair(): Promise<void> {
    if (this.isRepairing || !this.isOpen) return
    this.passHeld()
    if (this.last >= this.target) return
    this.isRepairing = true
    if (this.held?.has(this.last + 1) !== true) this.ports.metrics.gapsFound.inc()
    while (this.isOpen && !this.isClosed && this.last < this.target) await this.repairStep()
    this.isRepairing = false
  }

  private hear(payload: Buffer): void {
    const publication = readRoomPublication(payload)
    if (publication === undefined || publication.room !== this.room) {
      this.ports.metrics.publicationsDropped.inc({ reason: 'malformed' })
      return
    }
    for (const event of publication.events) this.take(event)
    void this.repair()
  }
}

export const openRoomFeed = (room: string, ports: RoomFeedDeps): RoomFeed => new HeardRoom(room, ports)
