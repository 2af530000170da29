import type { Clock } from '../../shared/ports/clock.ts'
import type { FanOut, Subscription } from '../../shared/ports/fan-out.ts'
import type { PublishedEvent } from '../../shared/ports/publications.ts'
import { readRoomPublication, topics } from '../../shared/ports/publications.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { FeedItem } from './feed-item.ts'
import { usersNamed } from './feed-item.ts'
import type { FeedPlace, Follower } from './follower.ts'
import type { Lookups } from './lookups.ts'
import { retrying } from './retrying.ts'

/**
 * The ordered, gapless flow of one room inside a gateway.
 *
 * Publications may be lost, repeated or reordered; what comes out of `pass`
 * is seq after seq without a hole, because a hole is read from the store
 * first. Events that were seen before still go to `drop`: somebody may wait
 * for their outcome.
 */
export interface RoomFeed extends FeedPlace {
  /** Who gets what passes, while live. Whoever calls them while going through it goes through a copy. */
  readonly followers: readonly Follower[]
  /** Resolves when publications are heard (or the fan-out is known to be down). */
  readonly listening: Promise<void>
  close(): void
}

/** The same for all rooms of a gateway. */
export interface RoomFeedPorts {
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

/** A class for the sake of memory: there are as many as rooms, most of which are quiet. */
class HeardRoom implements RoomFeed {
  readonly room: string
  /** A list, which is half of the size of a set, and quicker to go through. */
  readonly followers: Follower[] = []
  last = 0
  isOpen = false
  private readonly ports: RoomFeedPorts
  private readonly subscription: Subscription
  private isClosed = false
  private isRepairing = false
  /** The highest seq that is known to exist. */
  private target = 0
  /** What waits for the hole before it, by seq; hardly ever anything. */
  private held: Map<number, PublishedEvent> | undefined = undefined

  constructor(room: string, ports: RoomFeedPorts) {
    this.room = room
    this.ports = ports
    this.subscription = ports.fanOut.subscribe(topics.room(room), (payload) => this.hear(payload))
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

  lookAt(head: number): void {
    this.target = Math.max(this.target, head)
    void this.repair()
  }

  close(): void {
    this.isClosed = true
    this.subscription.close()
  }

  private async open(): Promise<void> {
    await this.subscription.ready
    const head = await this.ask(() => this.ports.lookups.head(this.room))
    if (head === undefined || this.isClosed) return
    this.last = head
    this.isOpen = true
    this.passHeld()
    // The head is known: followers may go live.
    for (const follower of [...this.followers]) follower.catchUp()
    void this.repair()
  }

  private take(event: PublishedEvent): void {
    const { room, last, isOpen, ports } = this
    if (event.seq <= last && isOpen) return ports.drop({ room, ...event })
    if (isOpen && event.seq === last + 1 && event.frame !== undefined) return this.passOn({ room, ...event, frame: event.frame })
    this.target = Math.max(this.target, event.seq)
    this.hold(event)
  }

  private hold(event: PublishedEvent): void {
    if (event.frame === undefined) return
    this.held ??= new Map()
    if (this.held.size < this.ports.maxHeld) this.held.set(event.seq, event)
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
    for (let next = held.get(this.last + 1); next?.frame !== undefined; next = held.get(this.last + 1)) {
      this.passOn({ room, ...next, frame: next.frame })
    }
    if (this.held?.size === 0) this.held = undefined
  }

  private ask<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    return retrying(this.ports.clock, this.ports.retryMs, () => !this.isClosed, attempt)
  }

  private async repairStep(): Promise<void> {
    const asked = this.target
    const page = await this.ask(() => this.ports.lookups.page({ room: this.room, after: this.last }))
    if (page === undefined || this.isClosed) return
    for (const item of page.items) {
      if (item.seq !== this.last + 1) continue
      this.ports.metrics.gapsRepaired.inc()
      this.passOn(item)
    }
    this.passHeld()
    // A seq that the store does not have cannot be waited for: drop the rumour.
    if (page.items.length === 0 && page.head <= this.last && this.target === asked) {
      this.target = this.last
      this.held = undefined
    }
  }

  private async repair(): Promise<void> {
    if (this.isRepairing || !this.isOpen) return
    this.passHeld()
    if (this.last >= this.target) return
    this.isRepairing = true
    this.ports.metrics.gapsFound.inc()
    while (!this.isClosed && this.last < this.target) await this.repairStep()
    this.isRepairing = false
  }

  /** A membership frame that cannot be read is as good as none: the event is announced, and read from the store. */
  private readable(event: PublishedEvent): PublishedEvent {
    if (event.frame === undefined || usersNamed(event.event, event.frame) !== undefined) return event
    this.ports.metrics.publicationsDropped.inc({ reason: 'malformed' })
    const { frame: _unreadable, ...announced } = event
    return announced
  }

  private hear(payload: Buffer): void {
    const publication = readRoomPublication(payload)
    if (publication === undefined || publication.room !== this.room) {
      this.ports.metrics.publicationsDropped.inc({ reason: 'malformed' })
      return
    }
    for (const event of publication.events) this.take(this.readable(event))
    void this.repair()
  }
}

export const openRoomFeed = (room: string, ports: RoomFeedPorts): RoomFeed => new HeardRoom(room, ports)
