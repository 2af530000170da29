import type { HeldMembership } from '../../../shared/ports/read-model.ts'
import { withCallerId } from '../../../shared/records/publications.ts'
import { roomsDigest } from '../../../shared/records/rooms-digest.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { sharedFrame } from '../send-queue/feed-item.ts'
import { textFrame } from '../send-queue/framing.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'
import type { Follower, FollowerDeps, FollowerStart, Reader, Replay } from './follower.ts'
import { createFollower } from './follower.ts'
import type { Pending } from './pending.ts'
import type { Feeds } from './room-feeds.ts'
import type { UserSessionsSession } from './user-sessions.ts'

/** The rooms that one bound session follows, and its turns at reading them from the store. */
export interface SessionRooms extends Reader, UserSessionsSession {
  follower(room: string): Follower | undefined
  /** Binding is done: what was heard meanwhile takes effect now. */
  start(): void
  /** Follows a room from a place; nothing happens if it does so already. */
  follow(room: string, start: FollowerStart): void
  /** Nothing more of these rooms comes, but for a replay, until they are released. */
  withhold(rooms: readonly string[]): { release(): void }
  /** Plays what was missed of a room that is withheld, up to a ceiling. */
  replay(room: string, from: number, replay: Replay): void
  /** The session has been told that the user is not a member. */
  leave(room: string): void
  /** Digest of the rooms that are followed; undefined while a hint of any room would have to wait. */
  followed(): string | undefined
  /** The socket has taken everything. */
  drained(): void
  close(): void
}

/** The same for all sessions of a gateway. */
export interface SessionRoomsDeps {
  readonly feeds: Feeds
  readonly pending: Pending
  readonly followers: FollowerDeps
  readonly pagesAtOnce: number
  /** A send queue was full and its followers were set behind. */
  readonly onFull: () => void
}

/** A class for the sake of memory, and what is nearly always empty is made only when it is needed. */
class FollowedRooms implements SessionRooms {
  readonly user: string
  private readonly sendQueue: SendQueue
  private readonly ports: SessionRoomsDeps
  private readonly followers = new Map<string, Follower>()
  /** The seq at which this session last left a room: the feed may come to it later. */
  private left: Map<string, number> | undefined = undefined
  /** Rooms that were heard of while nothing of them may come, with the seq since which the user is a member. */
  private early: Map<string, number> | undefined = undefined
  private withheld: Set<string> | undefined = undefined
  /** Of the rooms in `followers`; undefined: they have changed since. */
  private digest: string | undefined = undefined
  private waiting: Set<Follower> | undefined = undefined
  private reading = 0
  private isStarted = false
  private isClosed = false

  constructor(user: string, sendQueue: SendQueue, ports: SessionRoomsDeps) {
    this.user = user
    this.sendQueue = sendQueue
    this.ports = ports
  }

  push(bytes: Buffer): void {
    this.sendQueue.push(bytes)
  }

  isFull(): boolean {
    return this.sendQueue.isFull()
  }

  follower(room: string): Follower | undefined {
    return this.followers.get(room)
  }

  deliver(item: FeedItem): void {
    const offer = this.ports.pending.offer(item, (sender) => sender === this)
    const callerId = offer?.ids.get(this)
    this.push(callerId === undefined ? sharedFrame(item) : textFrame(withCallerId(item.frame, callerId)))
    for (const answer of offer?.answers ?? []) answer()
  }

  queueForPage(follower: Follower): void {
    this.waiting ??= new Set()
    this.waiting.add(follower)
    this.pump()
  }

  ended(follower: Follower): void {
    const { feed, cursor } = follower
    this.left ??= new Map()
    this.left.set(feed.room, Math.max(this.left.get(feed.room) ?? 0, cursor))
    this.waiting?.delete(follower)
    this.followers.delete(feed.room)
    this.digest = undefined
    feed.leave(follower)
    this.ports.feeds.release(feed.room)
  }

  fallBehind(): void {
    this.ports.onFull()
    for (const follower of this.followers.values()) follower.setBehind()
  }

  drained(): void {
    this.pump()
  }

  follow(room: string, start: FollowerStart): void {
    if (this.isClosed || this.followers.has(room)) return
    this.add(room, start).catchUp()
  }

  joinAt(room: string, seq: number): void {
    // A page may have brought the session past this event already.
    if (this.isEarly(room, seq - 1) || seq <= (this.left?.get(room) ?? 0)) return
    this.follow(room, { cursor: seq - 1, isLive: true })
  }

  followed(): string | undefined {
    if (!this.isStarted || this.withheld !== undefined) return undefined
    this.digest ??= roomsDigest(this.followers.keys())
    return this.digest
  }

  hint(room: string, since: number): void {
    if (this.isEarly(room, since)) return
    if (this.followers.has(room)) this.ports.feeds.noteHead(room, since)
    else this.follow(room, { cursor: since, isHinted: true })
  }

  compared(memberships: readonly HeldMembership[]): void {
    const present = new Set(memberships.map(({ room }) => room))
    for (const { room, since } of memberships) this.hint(room, since)
    if (!this.isStarted) return
    for (const [room, follower] of this.followers) if (!present.has(room)) follower.verify()
  }

  reset(room: string, seq: number): void {
    this.push(textFrame(JSON.stringify({ event: 'reset', body: { room, seq, reason: 'ahead' } })))
  }

  withhold(rooms: readonly string[]): { release(): void } {
    const withheld = this.withheld ?? new Set()
    this.withheld = withheld
    for (const room of rooms) {
      withheld.add(room)
      this.followers.get(room)?.hold()
    }
    return { release: () => this.release(rooms) }
  }

  replay(room: string, from: number, replay: Replay): void {
    const follower = this.followers.get(room) ?? this.add(room, { cursor: from })
    follower.seek(from, replay)
  }

  leave(room: string): void {
    this.followers.get(room)?.end()
  }

  start(): void {
    this.isStarted = true
    this.hearEarly()
  }

  close(): void {
    this.isClosed = true
    this.waiting = undefined
    for (const follower of [...this.followers.values()]) follower.end()
  }

  private add(room: string, start: FollowerStart): Follower {
    const feed = this.ports.feeds.hold(room)
    const follower = createFollower(feed, this, this.ports.followers, start)
    // By the feed's own text of the name: then a session needs none of its own.
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
    if (this.isStarted) this.hearEarly()
  }

  /** True: it is too early for the room; what was heard is kept. */
  private isEarly(room: string, since: number): boolean {
    if (this.isStarted && !this.withheld?.has(room)) return false
    this.early ??= new Map()
    this.early.set(room, Math.max(since, this.early.get(room) ?? 0))
    return true
  }

  private hearEarly(): void {
    for (const [room, since] of this.early ?? []) {
      if (this.withheld?.has(room)) continue
      this.early?.delete(room)
      this.hint(room, since)
    }
    if (this.early?.size === 0) this.early = undefined
  }

  private async readNext(follower: Follower): Promise<void> {
    this.reading += 1
    await follower.readPage()
    this.reading -= 1
    this.pump()
  }

  private pump(): void {
    while (this.waiting !== undefined && !this.isClosed && this.sendQueue.isEmpty() && this.reading < this.ports.pagesAtOnce) {
      const [next] = this.waiting
      if (next === undefined) return
      this.waiting.delete(next)
      void this.readNext(next)
    }
  }
}

export const createSessionRooms = (user: string, sendQueue: SendQueue, ports: SessionRoomsDeps): SessionRooms =>
  new FollowedRooms(user, sendQueue, ports)
