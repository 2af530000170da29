import type { Clock } from '../../../shared/ports/clock.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Lookups } from '../reads/lookups.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import type { RoomChannelDeps } from './room-channel.ts'
import type { FollowedFeed } from './subscriber.ts'

/** Shared by all rooms of a gateway. */
export interface RoomFeedDeps extends RoomChannelDeps {
  readonly lookups: Lookups
  readonly clock: Clock
  readonly metrics: Metrics
  readonly retryMs: number
  /** The number of events that wait for an earlier event of their room. */
  readonly maxEarly: number
  /** The next event of the room, in order. */
  readonly pass: (feed: FollowedFeed, item: FeedItem) => void
  /** An event whose seq has passed before. */
  readonly drop: (event: Pick<FeedItem, 'room' | 'seq' | 'commandId' | 'digest'> & { readonly frame?: string }) => void
}
