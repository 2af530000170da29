import { pause } from '../../../shared/runtime/async/pause.ts'
import type { RelayedEvent, RelaySink } from '../sink.ts'
import { createAttempts } from './attempts.ts'
import type { EventsOfRoom, UnfinishedRoom } from './live-lane.ts'
import { behind, createLiveLane } from './live-lane.ts'
import { leaseMs, startParkedLane } from './parked-lane.ts'
import { createSlots } from './slots.ts'
import { createSlowRooms } from './slow-rooms.ts'
import { createSubscription } from './subscription.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** A sink that has begun to deliver parked rooms. */
export interface WebhookSink extends RelaySink {
  /** Whether the endpoint has ended its subscription: events are then left out. */
  readonly hasEnded: boolean
  /** Ends after the requests in flight. Idempotent. */
  stop(): Promise<void>
}

const byRoom = (events: readonly RelayedEvent[]): readonly EventsOfRoom[] =>
  [...Map.groupBy(events, ({ room }) => room)].map(([room, found]) => {
    const seqs = found.map(({ seq }) => seq)
    return { room, firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs) }
  })

/**
 * Sends a signed request for each event that causes one.
 *
 * Promises:  per room in the order of seq, one request at a time. A call ends
 *            soon after `WEBHOOK_LIVE_MS`: a room whose endpoint fails or is
 *            slow is parked in the database, and its events are sent from the
 *            event store when it is due, while other rooms continue.
 * Does not:  hold the content of events: it is read before each request.
 */
export const startWebhookSink = async (deps: WebhookDeps): Promise<WebhookSink> => {
  const { content, parkedRooms, clock, times, bounds } = deps
  const subscription = createSubscription(deps)
  await subscription.load()
  const attempt = createAttempts(deps, subscription)
  const lane = startParkedLane(deps, attempt, createSlots(bounds.webhookParkedRequests), subscription)
  const deliverLive = createLiveLane(deps, attempt, createSlots(bounds.webhookRequests), leaseMs(deps))
  const slowRooms = createSlowRooms(clock)

  const park = async (rooms: readonly UnfinishedRoom[]): Promise<void> => {
    const runs = rooms.flatMap(({ run }) => (run === undefined ? [] : [run]))
    for (const { room } of runs) slowRooms.add(room)
    try {
      await parkedRooms.park(rooms.map(({ progress }) => progress))
    } catch (error) {
      for (const run of runs) run.abort()
      throw error
    }
    for (const run of runs) lane.adopt(run)
    if (rooms.length > 0) lane.wake()
  }

  /** Every room is done or parked, or the call fails. */
  const deliverRooms = async (rooms: readonly EventsOfRoom[]): Promise<void> => {
    const deadline = new AbortController()
    const finished = new AbortController()
    void pause(clock, times.webhookLiveMs, finished.signal).then(() => deadline.abort())
    const results = await Promise.allSettled(
      rooms.map((events) => (slowRooms.has(events.room) ? behind(events) : deliverLive(events, deadline.signal))),
    )
    finished.abort()
    await park(results.flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : [])))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  return {
    name: content.sink,
    get hasEnded() {
      return subscription.ended.aborted
    },
    deliver: async (events) => {
      if (subscription.ended.aborted) return
      const rooms = byRoom(events.filter(content.mayCause))
      if (rooms.length === 0) return
      const parked = await parkedRooms.extend(new Map(rooms.map(({ room, lastSeq }) => [room, lastSeq])))
      await deliverRooms(rooms.filter(({ room }) => !parked.has(room)))
    },
    stop: lane.stop,
  }
}
