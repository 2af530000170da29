import type { Clock } from '../../shared/ports/clock.ts'
import type { FeedItem } from './feed-item.ts'
import { usersNamed } from './feed-item.ts'
import { retrying } from './retrying.ts'
import type { ReaderPage } from './shared-pages.ts'

/** The room's feed, as a follower sees it. */
export interface FeedPlace {
  readonly room: string
  readonly isOpen: boolean
  /** The last seq that has passed. */
  readonly last: number
  /** A hint that the room has reached this seq. */
  lookAt(head: number): void
}

/** The session, as its followers see it. */
export interface Reader {
  readonly user: string
  /** The socket's queue takes no more for now; what was read and does not fit is read again. */
  isFull(): boolean
  /** Puts one event into the socket's queue. */
  deliver(follower: Follower, item: FeedItem): void
  /** Calls `readPage` when the socket has drained and it is this follower's turn. */
  queueForPage(follower: Follower): void
  /** The follower has ended; it held this seq last. */
  ended(follower: Follower): void
}

export type ReplayEnd = 'recovered' | 'forbidden'

/** A replay for a resume: up to `ceiling`, then `onEnd`, and nothing newer before `release`. */
export interface Replay {
  readonly ceiling: number
  readonly onEnd: (end: ReplayEnd) => void
}

/**
 * One session's place in one room. `cursor` is the last seq put into that
 * socket's queue. *Live*: gets what passes in the feed. *Behind*: reads pages
 * from the store after its cursor. One mechanism for joining a room, resume,
 * and slow sockets.
 */
export interface Follower {
  readonly room: string
  readonly user: string
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

export interface FollowerPorts {
  readonly feed: FeedPlace
  readonly reader: Reader
  readonly page: (room: string, after: number, user: string) => Promise<ReaderPage>
  readonly clock: Clock
  readonly retryMs: number
}

/** The event after that place which removes this user, as far as the page goes. */
const removalAfter = (cursor: number, items: readonly FeedItem[], user: string): number | undefined =>
  items.find(
    ({ seq, event, frame }) => seq > cursor && event === 'remove-users' && usersNamed(event, frame)?.includes(user) === true,
  )?.seq

type Own = { -readonly [Name in keyof Follower]: Follower[Name] }

export const createFollower = (ports: FollowerPorts, start: FollowerStart): Follower => {
  const { feed, reader, page, clock, retryMs } = ports
  /** A seq at which the user was a member: as a page said, or as the feed has shown. */
  let memberAsOf = start.memberAsOf
  /** Raised by whatever makes a page under way worthless. */
  let generation = 0
  let isReading = false
  let replay: Replay | undefined
  let isReplayed = false
  let isHinted = start.isHinted ?? false
  /** Pages in a row that brought nothing. */
  let idlePages = 0

  const restart = (): void => {
    generation += 1
    isReading = false
    if (follower.state === 'live') memberAsOf = follower.cursor
  }

  /** Cursor, membership and feed speak of the same place: nothing lies between the page and the feed. */
  const mayGoLive = (): boolean =>
    feed.isOpen && memberAsOf !== undefined && follower.cursor >= memberAsOf && feed.last <= memberAsOf

  const end = (why: ReplayEnd): void => {
    if (follower.state === 'ended') return
    restart()
    follower.state = 'ended'
    finishReplay(why)
    reader.ended(follower)
  }

  const finishReplay = (why: ReplayEnd): void => {
    if (replay === undefined || isReplayed) return
    isReplayed = true
    replay.onEnd(why)
  }

  const catchUp = (): void => {
    if (follower.state !== 'behind' || isReading) return
    if (replay !== undefined) {
      if (follower.cursor >= replay.ceiling) finishReplay('recovered')
      else reader.queueForPage(follower)
      return
    }
    if (!feed.isOpen) return
    if (mayGoLive()) follower.state = 'live'
    else reader.queueForPage(follower)
  }

  const deliver = (items: readonly FeedItem[], upTo: number): void => {
    for (const item of items) {
      if (item.seq <= follower.cursor) continue
      if (item.seq > upTo || reader.isFull()) return
      reader.deliver(follower, item)
      follower.cursor = item.seq
    }
  }

  /**
   * Pages of someone who is no longer a member are cut at the event that removed him. A notice that speaks of a
   * membership which is over says nothing: the session was not there for it, or was told that it is over. Who was
   * removed and added again meanwhile is told of both, and of nothing between.
   */
  const apply = ({ items, head, span }: ReaderPage): void => {
    const isMember = span !== undefined && span.until === undefined
    if (!isMember && (isHinted || span === undefined || follower.cursor < span.since)) return end('forbidden')
    if (isHinted && isMember && follower.cursor < span.since) follower.cursor = span.since
    isHinted = false
    const isOfOlder = replay === undefined && follower.cursor < span.since
    const removedAt = span.until ?? (isOfOlder ? removalAfter(follower.cursor, items, reader.user) : undefined)
    const lastAllowed = removedAt ?? Number.POSITIVE_INFINITY
    deliver(items, Math.min(lastAllowed, replay?.ceiling ?? lastAllowed))
    memberAsOf = isMember ? head : undefined
    if (follower.cursor < lastAllowed) return
    if (isMember) follower.cursor = span.since
    else end('recovered')
  }

  const readPage = async (): Promise<void> => {
    if (follower.state !== 'behind' || isReading) return
    // Nothing has passed since it was live.
    if (replay === undefined && mayGoLive()) {
      follower.state = 'live'
      return
    }
    const mine = generation
    isReading = true
    const read = await retrying(
      clock,
      retryMs,
      () => mine === generation,
      () => page(feed.room, follower.cursor, reader.user),
    )
    if (read === undefined || mine !== generation) return
    isReading = false
    feed.lookAt(read.head)
    apply(read)
    idlePages = read.items.length === 0 ? idlePages + 1 : 0
    // What the feed has passed is in the next page. If it is not, the feed was told what the store does not have.
    if (idlePages > 1) clock.after(retryMs, catchUp)
    else catchUp()
  }

  const moveTo = (seq: number, to: Replay): void => {
    if (follower.state === 'ended') return
    restart()
    follower.state = 'behind'
    follower.cursor = seq
    replay = to
    isReplayed = false
    catchUp()
  }

  const follower: Own = {
    room: feed.room,
    user: reader.user,
    cursor: start.cursor,
    state: start.isLive === true ? 'live' : 'behind',
    advance: (seq) => {
      follower.cursor = seq
    },
    setBehind: () => {
      if (follower.state !== 'live') return
      restart()
      follower.state = 'behind'
      reader.queueForPage(follower)
    },
    catchUp,
    readPage,
    hold: () => moveTo(follower.cursor, { ceiling: follower.cursor, onEnd: () => undefined }),
    seek: (seq, to) => {
      // Whoever names a place means that place.
      isHinted = false
      moveTo(seq, to)
    },
    release: () => {
      replay = undefined
      catchUp()
    },
    end: () => end('forbidden'),
  }
  return follower
}
