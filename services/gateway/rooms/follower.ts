import type { Clock } from '../../../shared/ports/clock.ts'
import { retrying } from '../reads/retrying.ts'
import type { PageLookup, ReaderPage } from '../reads/shared-pages.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { membersChanged } from '../send-queue/feed-item.ts'
import type { Sender } from './pending.ts'

/** The room's feed, as a follower sees it. */
export interface FeedPlace {
  readonly room: string
  /** Followers of the room on this gateway. */
  readonly sockets: number
  /** Puts it among those who get what passes, while they are live. */
  join(follower: Follower): void
  leave(follower: Follower): void
  readonly isOpen: boolean
  /** The last seq that has passed. */
  readonly last: number
  /** A hint that the room has reached this seq. */
  noteHead(head: number): void
}

/** The session, as the rooms see it that it follows. */
export interface Reader extends Sender {
  readonly user: string
  push(bytes: Buffer): void
  /** The socket's queue takes no more for now; what was read and does not fit is read again. */
  isFull(): boolean
  /** Its send queue is full: sets its followers behind. */
  fallBehind(): void
  /** Puts one event of a page into the socket's queue. */
  deliver(item: FeedItem): void
  /** Calls `readPage` when the socket has drained and it is this follower's turn. */
  queueForPage(follower: Follower): void
  /** Tells the client that frames of the room which it was given are not in the store, and that the feed goes on after `seq`. */
  reset(room: string, seq: number): void
  /** The follower has ended; it held this seq last. */
  ended(follower: Follower): void
}

export type ReplayEnd = 'recovered' | 'forbidden'

/** A replay for a resume: up to `ceiling`, then `onEnd`, and nothing newer before `release`. */
export interface Replay {
  readonly ceiling: number
  readonly onEnd: (end: ReplayEnd) => void
  /** The feed reopened meanwhile: the client is told so after the answer to its resume. */
  readonly isReset?: boolean
}

/**
 * One session's place in one room. `cursor` is the last seq put into that
 * socket's queue. *Live*: gets what passes in the feed. *Behind*: reads pages
 * from the store after its cursor. One mechanism for joining a room, resume,
 * and slow sockets.
 */
export interface Follower {
  readonly feed: FeedPlace
  readonly reader: Reader
  readonly cursor: number
  readonly state: 'live' | 'behind' | 'ended'
  /** The feed hands over the item that follows; the caller has put the bytes into the queue. */
  advance(seq: number): void
  /** Back to the store as soon as the socket has drained; nothing is kept but the cursor. */
  setBehind(): void
  /** Goes live if it may, else asks for its next page. */
  catchUp(): void
  /** Reads one page and delivers it, unless there is nothing to read. Called by the reader only. */
  readPage(): Promise<void>
  /** Stays where it is until `release`. */
  hold(): void
  /** Moves to another place, behind; nothing beyond the ceiling comes before `release`. */
  seek(seq: number, replay: Replay): void
  release(): void
  /** The store may not have the membership: a page decides before anything more is given. */
  verify(): void
  /**
   * The feed has reopened at `head`. A follower that was given more than `confirmed` tells its client so and goes on
   * after `head`; the membership is read again.
   */
  startOver(confirmed: number, head: number): void
  end(): void
}

export interface FollowerStart {
  readonly cursor: number
  /** The head as of which the user was known to be a member, if a read said so. */
  readonly memberAsOf?: number
  readonly isLive?: boolean
  /** Started on a notice, which may be older than what the store knows: the first page decides where it begins. */
  readonly isHinted?: boolean
}

/** The same for all followers of a gateway. */
export interface FollowerDeps {
  readonly page: (lookup: PageLookup) => Promise<ReaderPage>
  readonly clock: Clock
  readonly retryMs: number
}

const nothingMore = (): void => undefined

/** The event after that place which removes this user, as far as the page goes. */
const removalAfter = (cursor: number, items: readonly FeedItem[], user: string): number | undefined =>
  items.find((item) => item.seq > cursor && item.membership === 'removes' && membersChanged(item).includes(user))?.seq

/**
 * A class, since each session has one for each of its rooms: with its methods
 * in closures of its own, it took 2 KB.
 */
class RoomFollower implements Follower {
  readonly feed: FeedPlace
  readonly reader: Reader
  cursor: number
  state: Follower['state']
  private readonly ports: FollowerDeps
  /** A seq at which the user was a member: as a page said, or as the feed has shown. */
  private memberAsOf: number | undefined
  /** The page under way; another or none once something has made it worthless. */
  private reading: object | undefined = undefined
  private replay: Replay | undefined = undefined
  private isHinted: boolean
  /** Pages in a row that brought nothing. */
  private idlePages = 0

  constructor(feed: FeedPlace, reader: Reader, ports: FollowerDeps, start: FollowerStart) {
    this.feed = feed
    this.reader = reader
    this.ports = ports
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
    this.reader.queueForPage(this)
  }

  catchUp(): void {
    if (this.state !== 'behind' || this.reading !== undefined) return
    if (this.replay !== undefined) {
      if (this.cursor >= this.replay.ceiling) this.finishReplay('recovered')
      else this.reader.queueForPage(this)
      return
    }
    if (!this.feed.isOpen) return
    if (this.mayGoLive()) this.state = 'live'
    else this.reader.queueForPage(this)
  }

  async readPage(): Promise<void> {
    if (this.state !== 'behind' || this.reading !== undefined) return
    // Nothing has passed since it was live.
    if (this.replay === undefined && this.mayGoLive()) {
      this.state = 'live'
      return
    }
    const { page, clock, retryMs } = this.ports
    const mine = {}
    this.reading = mine
    const read = await retrying(
      clock,
      retryMs,
      () => mine === this.reading,
      () => page({ room: this.feed.room, after: this.cursor, user: this.reader.user }),
    )
    if (read === undefined || mine !== this.reading) return
    this.reading = undefined
    this.feed.noteHead(read.head)
    this.apply(read)
    this.idlePages = read.items.length === 0 ? this.idlePages + 1 : 0
    // What the feed has passed is in the next page. If it is not, the feed was told what the store does not have.
    if (this.idlePages > 1) clock.after(retryMs, () => this.catchUp())
    else this.catchUp()
  }

  hold(): void {
    this.moveTo(this.cursor, { ceiling: this.cursor, onEnd: nothingMore })
  }

  seek(seq: number, replay: Replay): void {
    // Whoever names a place means that place.
    this.isHinted = false
    this.moveTo(seq, replay)
  }

  release(): void {
    const isReset = this.replay?.isReset
    this.replay = undefined
    if (isReset === true) this.reader.reset(this.feed.room, this.cursor)
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
    if (!this.isHinted && (this.cursor > confirmed || (this.replay?.ceiling ?? 0) > head)) this.resetTo(head)
    this.catchUp()
  }

  end(): void {
    this.endAs('forbidden')
  }

  private restart(): void {
    this.reading = undefined
    if (this.state === 'live') this.memberAsOf = this.cursor
  }

  /** Cursor, membership and feed speak of the same place: nothing lies between the page and the feed. */
  private mayGoLive(): boolean {
    const { feed, memberAsOf } = this
    return feed.isOpen && memberAsOf !== undefined && this.cursor >= memberAsOf && feed.last <= memberAsOf
  }

  private endAs(why: ReplayEnd): void {
    if (this.state === 'ended') return
    this.restart()
    this.state = 'ended'
    this.finishReplay(why)
    this.reader.ended(this)
  }

  private finishReplay(why: ReplayEnd): void {
    const { replay } = this
    if (replay === undefined) return
    this.replay = { ...replay, onEnd: nothingMore }
    replay.onEnd(why)
  }

  private deliver(items: readonly FeedItem[], upTo: number): void {
    for (const item of items) {
      if (item.seq <= this.cursor) continue
      if (item.seq > upTo || this.reader.isFull()) return
      this.reader.deliver(item)
      this.cursor = item.seq
    }
  }

  /**
   * Pages of someone who is no longer a member are cut at the event that removed him. A notice that speaks of a
   * membership which is over says nothing: the session was not there for it, or was told that it is over. Who was
   * removed and added again meanwhile is told of both, and of nothing between.
   */
  private apply({ items, head, span }: ReaderPage): void {
    const isMember = span !== undefined && span.until === undefined
    if (!isMember && (this.isHinted || span === undefined || this.cursor < span.since)) return this.endAs('forbidden')
    const isPastStart = this.isHinted && isMember && this.cursor > span.since
    if (this.isHinted && isMember) this.cursor = span.since
    this.isHinted = false
    // The notice was forged: the page lacks what comes before its place.
    if (isPastStart) return
    const isOfOlder = this.replay === undefined && this.cursor < span.since
    const removedAt = span.until ?? (isOfOlder ? removalAfter(this.cursor, items, this.reader.user) : undefined)
    const lastAllowed = removedAt ?? Number.POSITIVE_INFINITY
    this.deliver(items, Math.min(lastAllowed, this.replay?.ceiling ?? lastAllowed))
    this.memberAsOf = isMember ? head : undefined
    if (this.cursor < lastAllowed) return
    if (isMember) this.cursor = span.since
    else this.endAs('recovered')
  }

  private resetTo(head: number): void {
    this.cursor = head
    if (this.replay === undefined) return this.reader.reset(this.feed.room, head)
    this.finishReplay('recovered')
    this.replay = { ceiling: head, onEnd: nothingMore, isReset: true }
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

export const createFollower = (feed: FeedPlace, reader: Reader, ports: FollowerDeps, start: FollowerStart): Follower =>
  new RoomFollower(feed, reader, ports, start)
