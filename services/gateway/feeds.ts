import type { Clock, Timer } from '../../shared/ports/clock.ts'
import { withCallerId } from '../../shared/ports/publications.ts'
import type { DeliveryWatch } from './delivery-watch.ts'
import type { FeedItem } from './feed-item.ts'
import { usersNamed } from './feed-item.ts'
import type { Follower } from './follower.ts'
import { textFrame } from './framing.ts'
import type { Pending, Sender } from './pending.ts'
import type { RoomFeed, RoomFeedPorts } from './room-feed.ts'
import { openRoomFeed } from './room-feed.ts'

/** A session, as the rooms see it. */
export interface Joiner extends Sender {
  /** An event that adds its user is about to pass at `seq`. */
  joinAt(room: string, seq: number): void
  push(bytes: Buffer): void
  isFull(): boolean
  /** Its send queue is full: sets its followers behind. */
  fallBehind(): void
}

export interface FeedHold {
  readonly feed: RoomFeed
  /** Puts a follower among those who get what passes. */
  join(follower: Follower, joiner: Joiner): void
  leave(follower: Follower): void
  /** Idempotent. */
  release(): void
}

/** The rooms that this gateway listens to: held while needed, let go some time after the last use. */
export interface Feeds {
  hold(room: string): FeedHold
  /** Tells a held room that the store has reached this seq. */
  lookAt(room: string, head: number): void
  /** Each room with the last seq that has passed; goes on with rooms that are added meanwhile. */
  places(): Iterator<readonly [room: string, last: number]>
  readonly size: number
  close(): void
}

interface Given {
  readonly full: readonly Joiner[]
  readonly sockets: number
}

interface Held {
  feed: RoomFeed
  readonly followers: Map<Follower, Joiner>
  holds: number
  release: Timer | undefined
}

interface Given {
  readonly sockets: number
  /** Those whose send queue is full now. */
  readonly full: readonly Joiner[]
}

export type FeedsPorts = Omit<RoomFeedPorts, 'pass' | 'drop' | 'opened'> & {
  readonly clock: Clock
  readonly pending: Pending
  readonly delivery: DeliveryWatch
  readonly releaseMs: number
  readonly sessionsOf: (user: string) => Iterable<Joiner>
}

export const createFeeds = (ports: FeedsPorts): Feeds => {
  const { clock, pending, delivery, releaseMs, sessionsOf } = ports
  const rooms = new Map<string, Held>()

  const isReceiving =
    (item: FeedItem) =>
    (sender: Sender): boolean => {
      const place = sender.follower(item.room)
      return place?.state === 'live' && place.cursor < item.seq
    }

  /** Recipients are fixed here; the flush only writes. */
  const give = (held: Held, item: FeedItem, ids: ReadonlyMap<Sender, string | undefined> | undefined): Given => {
    const shared = textFrame(item.frame)
    const full: Joiner[] = []
    let sockets = 0
    for (const [follower, joiner] of held.followers) {
      if (follower.state !== 'live' || follower.cursor >= item.seq) continue
      const callerId = ids?.get(joiner)
      joiner.push(callerId === undefined ? shared : textFrame(withCallerId(item.frame, callerId)))
      follower.advance(item.seq)
      sockets += 1
      if (joiner.isFull()) full.push(joiner)
    }
    return { sockets, full }
  }

  const endRemoved = (held: Held, item: FeedItem, removed: ReadonlySet<string>): void => {
    for (const follower of [...held.followers.keys()]) {
      if (removed.has(follower.user) && follower.state === 'live' && follower.cursor === item.seq) follower.end()
    }
  }

  const pass = (held: Held, item: FeedItem): void => {
    const named = usersNamed(item.event, item.frame) ?? []
    if (item.event !== 'remove-users') {
      for (const user of named) for (const joiner of sessionsOf(user)) joiner.joinAt(item.room, item.seq)
    }
    const offer = pending.offer(item, isReceiving(item))
    const { sockets, full } = give(held, item, offer?.ids)
    delivery.passed(item, sockets)
    if (item.event === 'remove-users') endRemoved(held, item, new Set(named))
    for (const answer of offer?.answers ?? []) answer()
    for (const joiner of full) joiner.fallBehind()
  }

  const offerDropped: RoomFeedPorts['drop'] = (event) => {
    // Announced only: whoever waits for it is answered by its gateway's topic or at the deadline.
    if (event.frame === undefined) return
    const offer = pending.offer({ ...event, frame: event.frame }, () => false)
    for (const answer of offer?.answers ?? []) answer()
  }

  const open = (room: string): Held => {
    const held: Held = { feed: undefined as unknown as RoomFeed, followers: new Map(), holds: 0, release: undefined }
    held.feed = openRoomFeed(room, {
      ...ports,
      pass: (item) => pass(held, item),
      drop: offerDropped,
      opened: () => {
        for (const follower of [...held.followers.keys()]) follower.catchUp()
      },
    })
    rooms.set(room, held)
    return held
  }

  const letGo = (room: string, held: Held): void => {
    held.holds -= 1
    if (held.holds > 0) return
    held.release = clock.after(releaseMs, () => {
      rooms.delete(room)
      held.feed.close()
    })
  }

  return {
    hold: (room) => {
      const held = rooms.get(room) ?? open(room)
      held.holds += 1
      held.release?.cancel()
      let isReleased = false
      return {
        feed: held.feed,
        join: (follower, joiner) => held.followers.set(follower, joiner),
        leave: (follower) => held.followers.delete(follower),
        release: () => {
          if (isReleased) return
          isReleased = true
          letGo(room, held)
        },
      }
    },
    lookAt: (room, head) => rooms.get(room)?.feed.lookAt(head),
    places: function* () {
      for (const [room, { feed }] of rooms) yield [room, feed.last]
    },
    get size() {
      return rooms.size
    },
    close: () => {
      for (const held of rooms.values()) {
        held.release?.cancel()
        held.feed.close()
      }
      rooms.clear()
    },
  }
}
