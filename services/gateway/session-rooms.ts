import type { Clock } from '../../shared/ports/clock.ts'
import { withCallerId } from '../../shared/ports/publications.ts'
import { roomsDigest } from '../../shared/ports/rooms-digest.ts'
import type { FeedItem } from './feed-item.ts'
import { sharedFrame } from './feed-item.ts'
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
  /** Nothing more of these rooms comes, but for a replay, until they are released. */
  withhold(rooms: readonly string[]): { release(): void }
  /** Plays what was missed of a room that is withheld, up to a ceiling. */
  replay(room: string, from: number, replay: Replay): void
  /** The session has been told that the user is not a member. */
  leave(room: string): void
  /** Digest of the rooms that are followed; undefined while a hint of any room would have to wait. */
  followed(): string | undefined
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
  /** The seq at which this session last left a room: the feed may come to it later. */
  const left = new Map<string, number>()
  /** Rooms that were heard of while nothing of them may come, with the seq since which the user is a member. */
  const early = new Map<string, number>()
  const withheld = new Set<string>()
  /** Of the rooms in `followers`; undefined: they have changed since. */
  let digest: string | undefined
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
    while (!isClosed && outbox.isEmpty() && reading < pagesAtOnce) {
      const [next] = waiting
      if (next === undefined) return
      waiting.delete(next)
      void readNext(next)
    }
  }

  const deliver = (_follower: Follower, item: FeedItem): void => {
    const offer = pending.offer(item, (sender) => sender === rooms)
    const callerId = offer?.ids.get(rooms)
    outbox.push(callerId === undefined ? sharedFrame(item) : textFrame(withCallerId(item.frame, callerId)))
    for (const answer of offer?.answers ?? []) answer()
  }

  const reader: Reader = {
    user,
    isFull: outbox.isFull,
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
      digest = undefined
      entry?.hold.leave(follower)
      entry?.hold.release()
    },
  }

  const add = (room: string, start: FollowerStart): Follower => {
    const hold = feeds.hold(room)
    const page = (of: string, after: number, reading: string) => lookups.page({ room: of, after, user: reading })
    const follower = createFollower({ feed: hold.feed, reader, page, clock, retryMs }, start)
    followers.set(room, { follower, hold })
    digest = undefined
    hold.join(follower, rooms)
    return follower
  }

  const follow = (room: string, start: FollowerStart): void => {
    if (isClosed || followers.has(room)) return
    add(room, start).catchUp()
  }

  /** True: it is too early for the room; what was heard is kept. */
  const isEarly = (room: string, since: number): boolean => {
    if (isStarted && !withheld.has(room)) return false
    early.set(room, Math.max(since, early.get(room) ?? 0))
    return true
  }
  const hearEarly = (): void => {
    for (const [room, since] of early) {
      if (withheld.has(room)) continue
      early.delete(room)
      rooms.hint(room, since)
    }
  }

  const rooms: SessionRooms = {
    follow,
    follower: (room) => followers.get(room)?.follower,
    joinAt: (room, seq) => {
      // A page may have brought the session past this event already.
      if (isEarly(room, seq - 1) || seq <= (left.get(room) ?? 0)) return
      follow(room, { cursor: seq - 1, isLive: true })
    },
    push: outbox.push,
    isFull: outbox.isFull,
    fallBehind: () => {
      onFull()
      for (const { follower } of followers.values()) follower.setBehind()
    },
    withhold: (names) => {
      for (const room of names) {
        withheld.add(room)
        followers.get(room)?.follower.hold()
      }
      return {
        release: () => {
          for (const room of names) {
            withheld.delete(room)
            followers.get(room)?.follower.release()
          }
          if (isStarted) hearEarly()
        },
      }
    },
    replay: (room, from, replay) => {
      const follower = followers.get(room)?.follower ?? add(room, { cursor: from })
      follower.seek(from, replay)
    },
    leave: (room) => followers.get(room)?.follower.end(),
    start: () => {
      isStarted = true
      hearEarly()
    },
    followed: () => {
      if (!isStarted || withheld.size > 0) return undefined
      digest ??= roomsDigest(followers.keys())
      return digest
    },
    hint: (room, since) => {
      if (isEarly(room, since)) return
      const entry = followers.get(room)
      if (entry === undefined) follow(room, { cursor: since, isHinted: true })
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
