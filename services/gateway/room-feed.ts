import type { Clock } from '../../shared/ports/clock.ts'
import type { FanOut, Subscription } from '../../shared/ports/fan-out.ts'
import type { PublishedEvent } from '../../shared/ports/publications.ts'
import { readRoomPublication, topics } from '../../shared/ports/publications.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { FeedItem } from './feed-item.ts'
import { usersNamed } from './feed-item.ts'
import type { FeedPlace } from './follower.ts'
import type { Lookups } from './lookups.ts'
import { retrying } from './retrying.ts'

/**
 * The ordered, gapless flow of one room inside a gateway.
 *
 * Publications may be lost, repeated or reordered; what comes out of `pass`
 * is seq after seq without a hole, because a hole is read from the store
 * first. Events that were seen before still go to `drop`: somebody may wait
 * for their outcome.
 */
export interface RoomFeed extends FeedPlace {
  /** Resolves when publications are heard (or the fan-out is known to be down). */
  readonly listening: Promise<void>
  close(): void
}

export interface RoomFeedPorts {
  readonly fanOut: FanOut
  readonly lookups: Lookups
  readonly clock: Clock
  readonly metrics: Metrics
  readonly retryMs: number
  readonly maxHeld: number
  /** The next event of the room, in order. */
  readonly pass: (item: FeedItem) => void
  /** An event whose place has passed already. */
  readonly drop: (event: Pick<FeedItem, 'room' | 'seq' | 'commandId' | 'digest'> & { readonly frame?: string }) => void
  /** The head is known: followers may go live. */
  readonly opened: () => void
}

export const openRoomFeed = (room: string, ports: RoomFeedPorts): RoomFeed => {
  const { fanOut, lookups, clock, metrics, retryMs, maxHeld } = ports
  let last = 0
  let isOpen = false
  let isClosed = false
  let isRepairing = false
  /** The highest seq that is known to exist. */
  let target = 0
  const held = new Map<number, PublishedEvent>()

  const take = (event: PublishedEvent): void => {
    if (event.seq <= last && isOpen) return ports.drop({ room, ...event })
    if (isOpen && event.seq === last + 1 && event.frame !== undefined) return passOn({ room, ...event, frame: event.frame })
    target = Math.max(target, event.seq)
    if (held.size < maxHeld && event.frame !== undefined) held.set(event.seq, event)
  }

  const passOn = (item: FeedItem): void => {
    last = item.seq
    held.delete(item.seq)
    ports.pass(item)
  }

  /** Passes on what is held and follows at once. */
  const passHeld = (): void => {
    for (const [seq, event] of held) {
      if (seq > last) continue
      held.delete(seq)
      ports.drop({ room, ...event })
    }
    for (let next = held.get(last + 1); next?.frame !== undefined; next = held.get(last + 1)) {
      passOn({ room, ...next, frame: next.frame })
    }
  }

  const ask = <T>(attempt: () => Promise<T>): Promise<T | undefined> => retrying(clock, retryMs, () => !isClosed, attempt)

  const repairStep = async (): Promise<void> => {
    const asked = target
    const page = await ask(() => lookups.page({ room, after: last }))
    if (page === undefined || isClosed) return
    for (const item of page.items) {
      if (item.seq !== last + 1) continue
      metrics.gapsRepaired.inc()
      passOn(item)
    }
    passHeld()
    // A seq that the store does not have cannot be waited for: drop the rumour.
    if (page.items.length === 0 && page.head <= last && target === asked) {
      target = last
      held.clear()
    }
  }

  const repair = async (): Promise<void> => {
    if (isRepairing || !isOpen) return
    passHeld()
    if (last >= target) return
    isRepairing = true
    metrics.gapsFound.inc()
    while (!isClosed && last < target) await repairStep()
    isRepairing = false
  }

  /** A membership frame that cannot be read is as good as none: the event is announced, and read from the store. */
  const readable = (event: PublishedEvent): PublishedEvent => {
    if (event.frame === undefined || usersNamed(event.event, event.frame) !== undefined) return event
    metrics.publicationsDropped.inc({ reason: 'malformed' })
    const { frame: _unreadable, ...announced } = event
    return announced
  }

  const hear = (payload: Buffer): void => {
    const publication = readRoomPublication(payload)
    if (publication === undefined || publication.room !== room) {
      metrics.publicationsDropped.inc({ reason: 'malformed' })
      return
    }
    for (const event of publication.events) take(readable(event))
    void repair()
  }

  const subscription: Subscription = fanOut.subscribe(topics.room(room), hear)

  const open = async (): Promise<void> => {
    await subscription.ready
    const head = await ask(() => lookups.head(room))
    if (head === undefined || isClosed) return
    last = head
    isOpen = true
    passHeld()
    ports.opened()
    void repair()
  }
  void open()

  return {
    room,
    listening: subscription.ready,
    get isOpen() {
      return isOpen
    },
    get last() {
      return last
    },
    lookAt: (head) => {
      target = Math.max(target, head)
      void repair()
    },
    close: () => {
      isClosed = true
      subscription.close()
    },
  }
}
