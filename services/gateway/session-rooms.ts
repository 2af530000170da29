import type { Clock } from '../../shared/ports/clock.ts'
import { withCallerId } from '../../shared/ports/publications.ts'
import type { FeedItem } from './feed-item.ts'
import type { FeedHold, Feeds, Joiner } from './feeds.ts'
import type { Follower, FollowerStart, Reader, Replay } from './follower.ts'
import { createFollower } from './follower.ts'
import { textFrame } from './framing.ts'
import type { Lookups } from './lookups.ts'
import type { Outbox } from './outbox.ts'
import type { Pending } from './pending.ts'

/** The rooms that one bound session follows, and its turns at reading them from the store. */
export interface SessionRooms extends Joiner {
  /** Binding is done: what was heard meanwhile takes effect now. */
  start(): void
  /** Follows a room from a place; nothing happens if it does so already. */
  follow(room: string, start: FollowerStart): void
  /** Nothing more of a followed room comes until it is replayed or released. */
  park(room: string): { release(): void } | undefined
  /** Plays what was missed up to a ceiling; `release` lets newer events of the room come. */
  replay(room: string, from: number, replay: Replay): { release(): void }
  /** A notice or a sweep says that the user is a member since that seq. Never ends a follower. */
  hint(room: string, since: number): void
  /** The socket has taken everything. */
  drained(): void
  close(): void
}

export interface SessionRoomsPorts {
  readonly user: string
  readonly outbox: Outbox
  readonly feeds: Feeds
  readonly pending: Pending
  readonly lookups: Lookups
  readonly clock: Clock
  readonly retryMs: number
  readonly pagesAtOnce: number
  /** The send queue was full and the followers were set behind. */
  readonly onFull: () => void
}

export const createSessionRooms = (ports: SessionRoomsPorts): SessionRooms => {
  const { user, outbox, feeds, pending, lookups, clock, retryMs, pagesAtOnce, onFull } = ports
  const followers = new Map<string, { readonly follower: Follower; readonly hold: FeedHold }>()
  /** The seq at which this session last left a room: a late notice must not start before it. */
  const left = new Map<string, number>()
  /** Rooms heard of while binding: nothing may come before the answer to `create-user`. */
  const early = new Map<string, number>()
  const waiting = new Set<Follower>()
  let isStarted = false
  let reading = 0
  let isClosed = false

  const readNext = async (follower: Follower): Promise<void> => {
    reading += 1
    await follower.readPage()
    reading -= 1
    pump()
  }
  const pump = (): void => {
    while (!isClosed && outbox.isEmpty && reading < pagesAtOnce) {
      const [next] = waiting
      if (next === undefined) return
      waiting.delete(next)
      void readNext(next)
    }
  }

  const deliver = (_follower: Follower, item: FeedItem): void => {
    const offer = pending.offer(item, (sender) => sender === rooms)
    outbox.push(textFrame(withCallerId(item.frame, offer?.ids.get(rooms))))
    for (const answer of offer?.answers ?? []) answer()
  }

  const reader: Reader = {
    user,
    deliver,
    queueForPage: (follower) => {
      waiting.add(follower)
      pump()
    },
    ended: (follower) => {
      const { room } = follower
      left.set(room, Math.max(left.get(room) ?? 0, follower.cursor))
      waiting.delete(follower)
      const entry = followers.get(room)
      followers.delete(room)
      entry?.hold.leave(follower)
      entry?.hold.release()
    },
  }

  const add = (room: string, start: FollowerStart): Follower => {
    const hold = feeds.hold(room)
    const page = (of: string, after: number, reading: string) => lookups.page({ room: of, after, user: reading })
    const follower = createFollower({ feed: hold.feed, reader, page, clock, retryMs }, start)
    followers.set(room, { follower, hold })
    hold.join(follower, rooms)
    return follower
  }

  const follow = (room: string, start: FollowerStart): void => {
    if (isClosed || followers.has(room)) return
    add(room, start).catchUp()
  }

  const rooms: SessionRooms = {
    follow,
    follower: (room) => followers.get(room)?.follower,
    placeIn: (room) => followers.get(room)?.follower.cursor,
    joinAt: (room, seq) => {
      if (isStarted) follow(room, { cursor: seq - 1, isLive: true })
      else early.set(room, seq - 1)
    },
    push: outbox.push,
    yieldIfFull: () => {
      if (!outbox.isFull) return
      onFull()
      for (const { follower } of followers.values()) {
        follower.setBehind()
        follower.catchUp()
      }
    },
    park: (room) => {
      const follower = followers.get(room)?.follower
      follower?.seek(follower.cursor, { ceiling: follower.cursor, onEnd: () => undefined })
      return follower
    },
    replay: (room, from, replay) => {
      const follower = followers.get(room)?.follower ?? add(room, { cursor: from })
      follower.seek(from, replay)
      return { release: follower.release }
    },
    start: () => {
      isStarted = true
      for (const [room, since] of early) rooms.hint(room, since)
      early.clear()
    },
    hint: (room, since) => {
      if (!isStarted) {
        early.set(room, since)
        return
      }
      const entry = followers.get(room)
      if (entry === undefined) follow(room, { cursor: Math.max(since, left.get(room) ?? 0), isHinted: true })
      else entry.hold.feed.lookAt(since)
    },
    drained: pump,
    close: () => {
      isClosed = true
      waiting.clear()
      for (const { follower } of [...followers.values()]) follower.end()
    },
  }
  return rooms
}
