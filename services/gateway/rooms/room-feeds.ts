import { withRequestId } from '../../../shared/frames/room-event-frame.ts'
import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { ChangedHead } from '../../../shared/ports/read-model.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import { affectedUsers } from '../send-queue/feed-item.ts'
import { textFrame } from '../send-queue/framing.ts'
import type { DeliveryWatch } from './delivery-watch.ts'
import type { FeedHead } from './feed-trust.ts'
import type { PendingCommands, Sender } from './pending-commands.ts'
import { RoomFeed } from './room-feed.ts'
import type { RoomFeedDeps } from './room-feed-deps.ts'
import type { FollowedFeed, Subscriber } from './subscriber.ts'

/** The feeds of the held rooms: those that this gateway uses, or used a short time ago. */
export interface RoomFeeds {
  /** Opens the room's feed, or returns the open one. Each call is followed by one `release`. */
  acquire(room: string): RoomFeed
  release(room: string): void
  /** Reports that the store has reached this seq of a room. True: the room is held, and its feed has not passed that event yet. */
  noteHead(room: string, head: number): boolean
  /** Each room with its feed's head; includes rooms that are added during the iteration. */
  heads(): Iterator<readonly [room: string, head: FeedHead]>
  /** The sweep has compared a room's head with the store; undefined: the store has the same. */
  applyStoreHead(room: string, head: FeedHead, change: ChangedHead | undefined): void
  readonly size: number
  close(): void
}

interface FeedEntry {
  readonly feed: RoomFeed
  references: number
  release: Timer | undefined
}

interface PushResult {
  readonly sockets: number
  /** Subscribers whose send queue has become full. */
  readonly full: readonly Subscriber[]
}

/** Shared by all feeds of a gateway. */
export type RoomFeedsDeps = Omit<RoomFeedDeps, 'pass' | 'drop'> & {
  readonly clock: Clock
  readonly pending: PendingCommands
  readonly delivery: DeliveryWatch
  readonly releaseMs: number
  readonly sessionsOf: (user: string) => Iterable<Pick<Subscriber, 'joinAt'>>
  /** An event has removed these users from a room. */
  readonly onRemoved: (users: readonly string[]) => void
  /** An event has passed that may have changed the roles of members, or the rules of the chat. */
  readonly onRightsChanged: (feed: FollowedFeed) => void
}

const rightsEvents: ReadonlySet<string> = new Set(['update-chat', 'update-members', 'add-users'])

export const createRoomFeeds = (deps: RoomFeedsDeps): RoomFeeds => {
  const { clock, pending, delivery, releaseMs, sessionsOf, onRemoved, onRightsChanged } = deps
  const rooms = new Map<string, FeedEntry>()

  const isReceiving =
    (item: FeedItem) =>
    (sender: Sender): boolean => {
      const place = sender.follower(item.room)
      return place?.state === 'live' && place.cursor < item.seq
    }

  /** Puts the event into the send queue of each live follower; the flush only writes. */
  const pushToLive = (
    feed: FollowedFeed,
    item: FeedItem,
    requestIds: ReadonlyMap<Sender, string | undefined> | undefined,
  ): PushResult => {
    const shared = textFrame(item.frame)
    const full: Subscriber[] = []
    let sockets = 0
    for (const follower of feed.followers) {
      if (follower.state !== 'live' || follower.cursor >= item.seq) continue
      const { subscriber } = follower
      const requestId = requestIds?.get(subscriber)
      subscriber.push(requestId === undefined ? shared : textFrame(withRequestId(item.frame, requestId)))
      follower.advance(item.seq)
      sockets += 1
      if (subscriber.isFull()) full.push(subscriber)
    }
    return { sockets, full }
  }

  const endRemoved = (feed: FollowedFeed, item: FeedItem, removed: ReadonlySet<string>): void => {
    for (const follower of [...feed.followers]) {
      if (removed.has(follower.subscriber.user) && follower.state === 'live' && follower.cursor === item.seq) follower.end()
    }
  }

  const pass = (feed: FollowedFeed, item: FeedItem): void => {
    const changed = affectedUsers(item)
    if (rightsEvents.has(item.event)) onRightsChanged(feed)
    if (item.membership === 'adds') {
      for (const user of changed) for (const session of sessionsOf(user)) session.joinAt(item.room, item.seq)
    }
    const confirmation = pending.confirm(item, isReceiving(item))
    const { sockets, full } = pushToLive(feed, item, confirmation?.requestIds)
    delivery.passed(item, sockets)
    if (item.membership === 'removes') {
      endRemoved(feed, item, new Set(changed))
      onRemoved(changed)
    }
    for (const answer of confirmation?.answers ?? []) answer()
    for (const subscriber of full) subscriber.fallBehind()
  }

  const drop: RoomFeedDeps['drop'] = (event) => {
    // An event without a frame confirms nothing: the sender gets the outcome from the gateway's channel or at the deadline.
    if (event.frame === undefined) return
    const confirmation = pending.confirm({ ...event, frame: event.frame }, () => false)
    for (const answer of confirmation?.answers ?? []) answer()
  }

  const feedDeps: RoomFeedDeps = { ...deps, pass, drop }

  const open = (room: string): FeedEntry => {
    const entry: FeedEntry = { feed: new RoomFeed(room, feedDeps), references: 0, release: undefined }
    rooms.set(room, entry)
    return entry
  }

  return {
    acquire: (room) => {
      const entry = rooms.get(room) ?? open(room)
      entry.references += 1
      entry.release?.cancel()
      entry.release = undefined
      return entry.feed
    },
    release: (room) => {
      const entry = rooms.get(room)
      if (entry === undefined) return
      entry.references -= 1
      if (entry.references > 0) return
      entry.release = clock.after(releaseMs, () => {
        rooms.delete(room)
        entry.feed.close()
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
    applyStoreHead: (room, head, change) => rooms.get(room)?.feed.applyStoreHead(head, change),
    get size() {
      return rooms.size
    },
    close: () => {
      for (const entry of rooms.values()) {
        entry.release?.cancel()
        entry.feed.close()
      }
      rooms.clear()
    },
  }
}
