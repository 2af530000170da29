import type { RoomMembership } from '../../../shared/ports/read-model.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'

/** The feed of a room, as its followers use it. */
export interface FollowedFeed {
  readonly room: string
  /** The followers on this gateway. Iterate over a copy if a callback may add or remove one. */
  readonly followers: readonly Follower[]
  /** Adds a follower. The feed gives it each event that passes while it is live. */
  join(follower: Follower): void
  leave(follower: Follower): void
  /** Whether `last` is known. */
  readonly isOpen: boolean
  /** The last seq that has passed. */
  readonly last: number
  /** Reports that the room may have reached this seq. */
  noteHead(head: number): void
}

/** `recovered`: the ceiling was reached. `forbidden`: the user is not a member. */
export type ReplayEnd = 'recovered' | 'forbidden'

/** A replay for a resume: events up to `ceiling`, then `onEnd`, and no newer event before `release`. */
export interface Replay {
  readonly ceiling: number
  readonly onEnd: (end: ReplayEnd) => void
  /** The feed reopened during the replay: the reset is sent after the answer to the resume. */
  readonly isReset?: boolean
}

/** Where a follower begins. */
export interface FollowerStart {
  readonly cursor: number
  /** The head at which a read found the user to be a member. */
  readonly memberAsOf?: number
  readonly isLive?: boolean
  /** A notice started it. The notice may be older than the store, so the first page determines the start. */
  readonly isHinted?: boolean
}

/**
 * One session's subscription to one room. `cursor` is the last seq in the socket's
 * send queue. *Live*: receives each event that passes in the feed. *Behind*:
 * reads pages after its cursor from the store. The same mechanism serves
 * joining a room, resume, and slow sockets.
 */
export interface Follower {
  readonly feed: FollowedFeed
  readonly subscriber: Subscriber
  readonly cursor: number
  readonly state: 'live' | 'behind' | 'ended'
  /** The feed has put the event at this seq, the next one, into the send queue. */
  advance(seq: number): void
  /** Continues from the store as soon as the socket has drained. Keeps only the cursor. */
  setBehind(): void
  /** Becomes live if it may, else requests its next page. */
  catchUp(): void
  /** Reads one page and delivers it, unless there is nothing to read. Only the subscriber calls it. */
  readPage(): Promise<void>
  /** Delivers nothing until `release`. */
  hold(): void
  /** Moves the cursor and starts a replay. */
  seek(seq: number, replay: Replay): void
  release(): void
  /** The store may not have the membership: delivers nothing before a page confirms it. */
  verify(): void
  /**
   * The feed has reopened at `head`. A follower that delivered more than `confirmed` sends a reset to its client and
   * continues after `head`. The membership is read again.
   */
  startOver(confirmed: number, head: number): void
  end(): void
}

/**
 * Receives the events of the rooms of one user, on one socket. Feeds, pending
 * commands, user sessions and followers know a session only by this interface.
 */
export interface Subscriber {
  readonly user: string
  /** Undefined: it does not follow the room. */
  follower(room: string): Pick<Follower, 'cursor' | 'state'> | undefined
  /** Puts a WebSocket frame into the send queue. */
  push(frame: Buffer): void
  /** Whether the send queue is full. The caller then stops; the frames that it did not push are read from the store later. */
  isFull(): boolean
  /** Sets all followers behind, because the send queue is full. */
  fallBehind(): void
  /** Puts one event of a page into the send queue. */
  deliver(item: FeedItem): void
  /** Calls `readPage` when the socket has drained and it is this follower's turn. */
  queueForPage(follower: Follower): void
  /** Tells the client that frames which it received are not in the store, and that the room continues after `seq`. */
  reset(room: string, seq: number): void
  /** The follower has ended. */
  ended(follower: Follower): void
  /** An event that adds the user is about to pass at `seq`. */
  joinAt(room: string, seq: number): void
  /** A notice reports that the user is a member of the room since that seq. Never ends a follower. */
  noteMembership(room: string, since: number): void
  /** The store has exactly these memberships of the user. */
  applyMemberships(memberships: readonly RoomMembership[]): void
  /** The digest of the followed rooms (`roomsDigest`); undefined while hints of some rooms would have to wait. */
  followedDigest(): string | undefined
}
