import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { ChangedHead, HeldHead } from '../../../shared/ports/read-model.ts'
import { withCallerId } from '../../../shared/records/publications.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { membersChanged } from '../send-queue/feed-item.ts'
import { textFrame } from '../send-queue/framing.ts'
import type { DeliveryWatch } from './delivery-watch.ts'
import type { Reader } from './follower.ts'
import type { Pending, Sender } from './pending.ts'
import type { RoomFeed, RoomFeedDeps } from './room-feed.ts'
import { openRoomFeed } from './room-feed.ts'

/** A session of a user, as the rooms see it that the user is added to. */
export interface Joiner {
  /** An event that adds its user is about to pass at `seq`. */
  joinAt(room: string, seq: number): void
}

/** The rooms that this gateway listens to: held while needed, let go some time after the last use. */
export interface Feeds {
  /** To be followed by one `release`. */
  hold(room: string): RoomFeed
  release(room: string): void
  /** Tells a held room that the store has reached this seq. True: the feed has not passed it yet, and will. */
  noteHead(room: string, head: number): boolean
  /** Each room with its feed's head; goes on with rooms that are added meanwhile. */
  heads(): Iterator<readonly [room: string, head: HeldHead]>
  /** The store was asked for a room's head; undefined: it has the same. */
  compared(room: string, head: HeldHead, change: ChangedHead | undefined): void
  readonly size: number
  close(): void
}

interface Held {
  readonly feed: RoomFeed
  holds: number
  release: Timer | undefined
}

interface Given {
  readonly sockets: number
  /** Those whose send queue is full now. */
  readonly full: readonly Reader[]
}

export type FeedsDeps = Omit<RoomFeedDeps, 'pass' | 'drop'> & {
  readonly clock: Clock
  readonly pending: Pending
  readonly delivery: DeliveryWatch
  readonly releaseMs: number
  readonly sessionsOf: (user: string) => Iterable<Joiner>
}

export const createFeeds = (ports: FeedsDeps): Feeds => {
  const { clock, pending, delivery, releaseMs, sessionsOf } = ports
  const rooms = new Map<string, Held>()

  const isReceiving =
    (item: FeedItem) =>
    (sender: Sender): boolean => {
      const place = sender.follower(item.room)
      return place?.state === 'live' && place.cursor < item.seq
    }

  /** Recipients are fixed here; the flush only writes. */
  const give = (feed: RoomFeed, item: FeedItem, ids: ReadonlyMap<Sender, string | undefined> | undefined): Given => {
    const shared = textFrame(item.frame)
    const full: Reader[] = []
    let sockets = 0
    for (const follower of feed.followers) {
      if (follower.state !== 'live' || follower.cursor >= item.seq) continue
      const { reader } = follower
      const callerId = ids?.get(reader)
      reader.push(callerId === undefined ? shared : textFrame(withCallerId(item.frame, callerId)))
      follower.advance(item.seq)
      sockets += 1
      if (reader.isFull()) full.push(reader)
    }
    return { sockets, full }
  }

  const endRemoved = (feed: RoomFeed, item: FeedItem, removed: ReadonlySet<string>): void => {
    for (const follower of [...feed.followers]) {
      if (removed.has(follower.reader.user) && follower.state === 'live' && follower.cursor === item.seq) follower.end()
    }
  }

  const pass = (feed: RoomFeed, item: FeedItem): void => {
    const changed = membersChanged(item)
    if (item.membership === 'adds') {
      for (const user of changed) for (const joiner of sessionsOf(user)) joiner.joinAt(item.room, item.seq)
    }
    const offer = pending.offer(item, isReceiving(item))
    const { sockets, full } = give(feed, item, offer?.ids)
    delivery.passed(item, sockets)
    if (item.membership === 'removes') endRemoved(feed, item, new Set(changed))
    for (const answer of offer?.answers ?? []) answer()
    for (const reader of full) reader.fallBehind()
  }

  const offerDropped: RoomFeedDeps['drop'] = (event) => {
    // Announced only: whoever waits for it is answered by its gateway's topic or at the deadline.
    if (event.frame === undefined) return
    const offer = pending.offer({ ...event, frame: event.frame }, () => false)
    for (const answer of offer?.answers ?? []) answer()
  }

  const feedPorts: RoomFeedDeps = { ...ports, pass, drop: offerDropped }

  const open = (room: string): Held => {
    const held: Held = { feed: openRoomFeed(room, feedPorts), holds: 0, release: undefined }
    rooms.set(room, held)
    return held
  }

  return {
    hold: (room) => {
      const held = rooms.get(room) ?? open(room)
      held.holds += 1
      held.release?.cancel()
      held.release = undefined
      return held.feed
    },
    release: (room) => {
      const held = rooms.get(room)
      if (held === undefined) return
      held.holds -= 1
      if (held.holds > 0) return
      held.release = clock.after(releaseMs, () => {
        rooms.delete(room)
        held.feed.close()
      })
    },
    noteHead: (room, head) => {
      const feed = rooms.get(room)?.feed
      feed?.noteHead(head)
      return feed?.isOpen === true && feed.last < head
    },
    heads: function* () {
      for (const [room, { feed }] of rooms) yield [room, feed.head]
    },
    compared: (room, head, change) => rooms.get(room)?.feed.compared(head, change),
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
