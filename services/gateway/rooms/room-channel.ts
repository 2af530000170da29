import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import type { PublishedEvent } from '../../../shared/records/publications.ts'
import { channels, readRoomPublication } from '../../../shared/records/publications.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'

/** Where publications come from, and where malformed ones are counted. */
export interface RoomChannelDeps {
  readonly fanOut: Pick<FanOut, 'subscribe'>
  readonly metrics: Pick<Metrics, 'publicationsDropped'>
}

/** Subscribes to the publications of a room. Malformed ones, and those that name another room, are counted and ignored. */
export const subscribeToRoom = (
  { fanOut, metrics }: RoomChannelDeps,
  room: string,
  onEvents: (events: readonly PublishedEvent[]) => void,
): Subscription =>
  fanOut.subscribe(channels.room(room), (payload) => {
    const publication = readRoomPublication(payload)
    if (publication?.room === room) onEvents(publication.events)
    else metrics.publicationsDropped.inc({ reason: 'malformed' })
  })
