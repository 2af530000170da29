import type { Clock } from '../../../shared/ports/clock.ts'
import { retrying } from '../reads/retrying.ts'
import type { PageLookup, ReaderPage } from '../reads/shared-pages.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { removalAfter } from '../send-queue/feed-item.ts'
import type { FollowedFeed, Follower, FollowerStart, Replay, ReplayEnd, Subscriber } from './subscriber.ts'

/** Shared by all followers of a gateway. */
export interface FollowerDeps {
  readonly page: (lookup: PageLookup) => Promise<ReaderPage>
  readonly clock: Clock
  readonly retryMs: number
}

const nothing = (): void => undefined

/** A class, because each session has one per room: as closures, each follower took 2 KB. */
export class RoomFollower implements Follower {
  readonly feed: FollowedFeed
  readonly subscriber: Subscriber
  cursor: number
  state: Follower['state']
  private readonly deps: FollowerDeps
  /** A seq at which the user was a member, known from a page or from the feed. */
  private memberAsOf: number | undefined
  /** Identifies the page read in flight; replaced or cleared when its result is no longer wanted. */
  private reading: object | undefined = undefined
  private replay: Replay | undefined = undefined
  private isHinted: boolean
  /** The highest seq that was delivered before a seek moved the cursor back. */
  private delivered = 0
  /** Consecutive empty pages. */
  private idlePages = 0

  constructor(feed: FollowedFeed, subscriber: Subscriber, deps: FollowerDeps, start: FollowerStart) {
    this.feed = feed
    this.subscriber = subscriber
    this.deps = deps
    this.cursor = start.cursor
    this.state = start.isLive === true ? 'live' : 'behind'
    this.memberAsOf = start.memberAsOf
    this.isHinted = start.isHinted ?? false
  }

  advance(seq: number): void {
    this.cursor = seq
  }

  setBehind(): void {
    if (this.state !== 'live') return
    this.restart()
    this.state = 'behind'
    this.subscriber.queueForPage(this)
  }

  catchUp(): void {
    if (this.state !== 'behind' || this.reading !== undefined) return
    if (this.replay !== undefined) {
      if (this.cursor >= this.replay.ceiling) this.finishReplay('recovered')
      else this.subscriber.queueForPage(this)
      return
    }
    if (!this.feed.isOpen) return
    if (this.mayGoLive()) this.state = 'live'
    else this.subscriber.queueForPage(this)
  }

  async readPage(): Promise<void> {
    if (this.state !== 'behind' || this.reading !== undefined) return
    // No event has passed since it was live.
    if (this.replay === undefined && this.mayGoLive()) {
      this.state = 'live'
      return
    }
    const { page, clock, retryMs } = this.deps
    const mine = {}
    this.reading = mine
    const read = await retrying(
      clock,
      retryMs,
      () => mine === this.reading,
      () => page({ room: this.feed.room, after: this.cursor, user: this.subscriber.user }),
    )
    if (read === undefined || mine !== this.reading) return
    this.reading = undefined
    this.feed.noteHead(read.head)
    this.apply(read)
    this.idlePages = read.items.length === 0 ? this.idlePages + 1 : 0
    // An event that the feed has passed is in the next page, unless the store does not have it: then wait before reading again.
    if (this.idlePages > 1) clock.after(retryMs, () => this.catchUp())
    else this.catchUp()
  }

  hold(): void {
    this.moveTo(this.cursor, { ceiling: this.cursor, onEnd: nothing })
  }

  seek(seq: number, replay: Replay): void {
    if (!this.isHinted) this.delivered = Math.max(this.delivered, this.cursor)
    // A seek sets the exact cursor, so the first page need not decide it.
    this.isHinted = false
    this.moveTo(seq, replay)
  }

  release(): void {
    const isReset = this.replay?.isReset
    this.replay = undefined
    if (isReset === true) this.subscriber.reset(this.feed.room, this.cursor)
    this.catchUp()
  }

  verify(): void {
    if (this.state === 'ended' || this.replay !== undefined) return
    this.restart()
    this.state = 'behind'
    this.memberAsOf = undefined
    this.catchUp()
  }

  startOver(confirmed: number, head: number): void {
    if (this.state === 'ended') return
    this.restart()
    this.state = 'behind'
    this.memberAsOf = undefined
    const delivered = Math.max(this.cursor, this.delivered)
    if (!this.isHinted && (delivered > confirmed || (this.replay?.ceiling ?? 0) > head)) this.resetTo(head)
    this.catchUp()
  }

  end(): void {
    this.endAs('forbidden')
  }

  private restart(): void {
    this.reading = undefined
    if (this.state === 'live') this.memberAsOf = this.cursor
  }

  /** True if no event lies between the last page and the feed. */
  private mayGoLive(): boolean {
    const { feed, memberAsOf } = this
    return feed.isOpen && memberAsOf !== undefined && this.cursor >= memberAsOf && feed.last <= memberAsOf
  }

  private endAs(why: ReplayEnd): void {
    if (this.state === 'ended') return
    this.restart()
    this.state = 'ended'
    this.finishReplay(why)
    this.subscriber.ended(this)
  }

  private finishReplay(why: ReplayEnd): void {
    const { replay } = this
    if (replay === undefined) return
    this.replay = { ...replay, onEnd: nothing }
    replay.onEnd(why)
  }

  private deliver(items: readonly FeedItem[], upTo: number): void {
    for (const item of items) {
      if (item.seq <= this.cursor) continue
      if (item.seq > upTo || this.subscriber.isFull()) return
      this.subscriber.deliver(item)
      this.cursor = item.seq
    }
  }

  /**
   * The page of a removed user is cut after the event that removed the user. A notice about a membership that has ended
   * is ignored: this session never joined it, or has already received its last event. A user who was removed and added
   * again receives both events and none between them.
   */
  private apply({ items, head, span }: ReaderPage): void {
    const isMember = span !== undefined && span.until === undefined
    if (!isMember && (this.isHinted || span === undefined || this.cursor < span.since)) return this.endAs('forbidden')
    const isPastStart = this.isHinted && isMember && this.cursor > span.since
    if (this.isHinted && isMember) this.cursor = span.since
    this.isHinted = false
    // The notice was forged: it named a seq after the beginning of the membership, so the page lacks the events before it.
    if (isPastStart) return
    const isOfOlder = this.replay === undefined && this.cursor < span.since
    const removedAt = span.until ?? (isOfOlder ? removalAfter(this.cursor, items, this.subscriber.user) : undefined)
    const lastAllowed = removedAt ?? Number.POSITIVE_INFINITY
    this.deliver(items, Math.min(lastAllowed, this.replay?.ceiling ?? lastAllowed))
    this.memberAsOf = isMember ? head : undefined
    if (this.cursor < lastAllowed) return
    if (isMember) this.cursor = span.since
    else this.endAs('recovered')
  }

  private resetTo(head: number): void {
    this.cursor = head
    this.delivered = 0
    if (this.replay === undefined) return this.subscriber.reset(this.feed.room, head)
    this.finishReplay('recovered')
    this.replay = { ceiling: head, onEnd: nothing, isReset: true }
  }

  private moveTo(seq: number, to: Replay): void {
    if (this.state === 'ended') return
    this.restart()
    this.state = 'behind'
    this.cursor = seq
    this.replay = this.replay?.isReset === true ? { ...to, isReset: true } : to
    this.catchUp()
  }
}
