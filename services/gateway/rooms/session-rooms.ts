import { noticeFrame } from '../../../shared/frames/answer-frame.ts'
import { withRequestId } from '../../../shared/frames/room-event-frame.ts'
import type { RoomMembership } from '../../../shared/ports/read-model.ts'
import { roomsDigest } from '../../../shared/records/rooms-digest.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { sharedFrame } from '../send-queue/feed-item.ts'
import { textFrame } from '../send-queue/framing.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'
import type { FollowerDeps } from './follower.ts'
import { RoomFollower } from './follower.ts'
import { PageTurns } from './page-turns.ts'
import type { PendingCommands } from './pending-commands.ts'
import type { RoomFeeds } from './room-feeds.ts'
import type { Follower, FollowerStart, Replay, Subscriber } from './subscriber.ts'

/** Shared by all sessions of a gateway. */
export interface SessionRoomsDeps {
  readonly feeds: RoomFeeds
  readonly pending: PendingCommands
  readonly followers: FollowerDeps
  readonly pagesAtOnce: number
  /** A send queue is full, and the followers of its session were set behind. */
  readonly onFull: () => void
}

/** The rooms that one bound session follows. Collections that are nearly always empty are created on first use. */
export class SessionRooms implements Subscriber {
  readonly user: string
  private readonly sendQueue: SendQueue
  private readonly deps: SessionRoomsDeps
  private readonly followers = new Map<string, Follower>()
  /** For each room that this session left: the highest cursor at which a follower ended. The feed may pass that seq later. */
  private left: Map<string, number> | undefined = undefined
  /** Hints that must wait, by room: the seq since which the user is a member. */
  private waitingNotices: Map<string, number> | undefined = undefined
  private withheld: Set<string> | undefined = undefined
  /** Of the rooms in `followers`; undefined: not computed since they changed. */
  private digest: string | undefined = undefined
  private turns: PageTurns | undefined = undefined
  private isStarted = false
  private isClosed = false

  constructor(user: string, sendQueue: SendQueue, deps: SessionRoomsDeps) {
    this.user = user
    this.sendQueue = sendQueue
    this.deps = deps
  }

  push(frame: Buffer): void {
    this.sendQueue.push(frame)
  }

  isFull(): boolean {
    return this.sendQueue.isFull()
  }

  follower(room: string): Follower | undefined {
    return this.followers.get(room)
  }

  deliver(item: FeedItem): void {
    const confirmation = this.deps.pending.confirm(item, (sender) => sender === this)
    const requestId = confirmation?.requestIds.get(this)
    this.push(requestId === undefined ? sharedFrame(item) : textFrame(withRequestId(item.frame, requestId)))
    for (const answer of confirmation?.answers ?? []) answer()
  }

  queueForPage(follower: Follower): void {
    if (this.isClosed) return
    this.turns ??= new PageTurns(this.sendQueue, this.deps.pagesAtOnce)
    this.turns.add(follower)
  }

  ended(follower: Follower): void {
    const { feed, cursor } = follower
    this.left ??= new Map()
    this.left.set(feed.room, Math.max(this.left.get(feed.room) ?? 0, cursor))
    this.turns?.remove(follower)
    this.followers.delete(feed.room)
    this.digest = undefined
    feed.leave(follower)
    this.deps.feeds.release(feed.room)
  }

  fallBehind(): void {
    this.deps.onFull()
    for (const follower of this.followers.values()) follower.setBehind()
  }

  /** The socket has taken everything. */
  drained(): void {
    this.turns?.serve()
  }

  /** Follows a room from `start`. No effect if the session follows the room already. */
  follow(room: string, start: FollowerStart): void {
    if (this.isClosed || this.followers.has(room)) return
    this.add(room, start).catchUp()
  }

  joinAt(room: string, seq: number): void {
    // A page may have delivered this event already.
    if (this.mustWait(room, seq - 1) || seq <= (this.left?.get(room) ?? 0)) return
    this.follow(room, { cursor: seq - 1, isLive: true })
  }

  followedDigest(): string | undefined {
    if (!this.isStarted || this.withheld !== undefined) return undefined
    this.digest ??= roomsDigest(this.followers.keys())
    return this.digest
  }

  noteMembership(room: string, since: number): void {
    if (this.mustWait(room, since)) return
    if (this.followers.has(room)) this.deps.feeds.noteHead(room, since)
    else this.follow(room, { cursor: since, isHinted: true })
  }

  applyMemberships(memberships: readonly RoomMembership[]): void {
    const present = new Set(memberships.map(({ room }) => room))
    for (const { room, since } of memberships) this.noteMembership(room, since)
    if (!this.isStarted) return
    for (const [room, follower] of this.followers) if (!present.has(room)) follower.verify()
  }

  reset(room: string, seq: number): void {
    this.push(textFrame(noticeFrame('reset', { room, seq, reason: 'ahead' })))
  }

  /** Delivers no events of these rooms, except by a replay, until they are released. */
  withhold(rooms: readonly string[]): { release(): void } {
    const withheld = this.withheld ?? new Set()
    this.withheld = withheld
    for (const room of rooms) {
      withheld.add(room)
      this.followers.get(room)?.hold()
    }
    return { release: () => this.release(rooms) }
  }

  /** Delivers the missed events of a withheld room, up to the replay's ceiling. */
  replay(room: string, from: number, replay: Replay): void {
    const follower = this.followers.get(room) ?? this.add(room, { cursor: from })
    follower.seek(from, replay)
  }

  /** Stops following a room, after the client received the answer that it is forbidden. */
  leave(room: string): void {
    this.followers.get(room)?.end()
  }

  /** The answer to `create-user` is queued: hints that came before it take effect. */
  start(): void {
    this.isStarted = true
    this.applyWaitingNotices()
  }

  close(): void {
    this.isClosed = true
    this.turns?.close()
    for (const follower of [...this.followers.values()]) follower.end()
  }

  private add(room: string, start: FollowerStart): Follower {
    const feed = this.deps.feeds.acquire(room)
    const follower = new RoomFollower(feed, this, this.deps.followers, start)
    // Keyed by the feed's own string, so that sessions share one copy of the room id.
    this.followers.set(feed.room, follower)
    this.digest = undefined
    feed.join(follower)
    return follower
  }

  private release(rooms: readonly string[]): void {
    for (const room of rooms) {
      this.withheld?.delete(room)
      this.followers.get(room)?.release()
    }
    if (this.withheld?.size === 0) this.withheld = undefined
    if (this.isStarted) this.applyWaitingNotices()
  }

  /** True: events of the room must not be delivered yet, and the hint is kept. */
  private mustWait(room: string, since: number): boolean {
    if (this.isStarted && !this.withheld?.has(room)) return false
    this.waitingNotices ??= new Map()
    this.waitingNotices.set(room, Math.max(since, this.waitingNotices.get(room) ?? 0))
    return true
  }

  private applyWaitingNotices(): void {
    for (const [room, since] of this.waitingNotices ?? []) {
      if (this.withheld?.has(room)) continue
      this.waitingNotices?.delete(room)
      this.noteMembership(room, since)
    }
    if (this.waitingNotices?.size === 0) this.waitingNotices = undefined
  }
}
