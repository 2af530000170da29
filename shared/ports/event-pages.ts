import type { StoredEvent } from './event-store.ts'

/** A place in the order of all events: by stream, then by seq. */
export interface EventPlace {
  readonly stream: string
  readonly seq: number
  /** Whether the stream has an event up to here that was stored at or after the requested time: all later ones are wanted then. */
  readonly isRecent: boolean
}

/** A request for the events that follow a place. */
export interface EventPageRequest {
  readonly after: EventPlace
  /** The most events to read; fewer if they have more than 1 MiB together. */
  readonly limit: number
  /** Only events of the stream of `after`. */
  readonly isOneStream: boolean
  /** Leaves out the events of a stream before its first one that was stored at or after this time, as ISO 8601; undefined: none. */
  readonly since: string | undefined
}

/** The wanted events, and the place up to which events were read; undefined: there are no more. */
export interface EventPage {
  readonly events: readonly StoredEvent[]
  readonly last: EventPlace | undefined
}

/**
 * Reads stored events of all streams, without the content of deleted and erased
 * messages. Each page is one snapshot of its own; a stream is read without a gap.
 * Rejects with `StoreError`.
 */
export type ReadEventPage = (request: EventPageRequest) => Promise<EventPage>
