import { feedFrameText, withVersion } from '../../shared/frames/room-event-frame.ts'
import type { StoredEvent } from '../../shared/ports/event-store.ts'
import type { StreamRecord } from '../../shared/ports/event-stream.ts'
import type { Publication } from '../../shared/ports/fan-out.ts'
import type { PublishedEvent } from '../../shared/records/publications.ts'
import { channels, writeNotice, writeRoomPublication } from '../../shared/records/publications.ts'
import { recordHeaders } from '../../shared/records/record-headers.ts'
import { isRoomEvent } from '../../shared/records/stored-event.ts'
import { membersAffected } from '../../shared/room-events/membership-effect.ts'
import { inParts } from '../../shared/runtime/async/in-parts.ts'
import { outcomePublications } from './outcome-publications.ts'
import type { StoredEntry } from './store-batch.ts'

/** Everything that is published for the stored commands of one batch. */
export interface BatchPublications {
  /** For the event stream. */
  readonly streamRecords: readonly StreamRecord[]
  /** For the fan-out. Room events come first: a session must not receive the answer to a repeat before the event itself. */
  readonly fanOut: readonly Publication[]
}

/** The trace context of a command, if the command is sampled. */
type TraceparentOf = (commandId: string) => string | undefined

/** An event with its frame text, which is built once for sockets and for the event stream. */
interface FramedEvent {
  readonly event: StoredEvent
  readonly frame: string
  readonly traceparent: string | undefined
}

/** By stream (a room or a user), in seq order. */
type FramedStreams = ReadonlyMap<string, readonly FramedEvent[]>

/**
 * The events of these decisions, each once. Events of repeated commands are
 * included, because a batch may be delivered again after a failure between its
 * commit and its publication.
 */
const framedStreams = (stored: readonly StoredEntry[], traceparentOf: TraceparentOf): FramedStreams => {
  const events = new Map<string, StoredEvent>()
  for (const { decision } of stored) {
    if (decision.kind === 'event') events.set(`${decision.event.stream} ${decision.event.seq}`, decision.event)
  }
  const streams = Map.groupBy(
    [...events.values()].sort((a, b) => a.seq - b.seq),
    ({ stream }) => stream,
  )
  const framed = (event: StoredEvent): FramedEvent => ({
    event,
    frame: feedFrameText(event.name, event.stream, event.seq, event.data),
    traceparent: traceparentOf(event.commandId),
  })
  return new Map([...streams].map(([stream, events]) => [stream, events.map(framed)]))
}

/** The record's value is the frame with the event version as its first field. */
const streamRecordsOf = (streams: FramedStreams): readonly StreamRecord[] =>
  [...streams].flatMap(([key, framed]) =>
    framed.map(({ event, frame, traceparent }) => ({
      key,
      value: withVersion(frame, event.v),
      headers: traceparent === undefined ? {} : { [recordHeaders.traceparent]: traceparent },
    })),
  )

const publishedEvents = ({ event, frame, traceparent }: FramedEvent): readonly PublishedEvent[] => {
  if (!isRoomEvent(event)) return []
  const { name, membership, seq, commandId, digest } = event
  const traced = traceparent === undefined ? {} : { traceparent }
  return [{ seq, event: name, membership, commandId, digest, frame, ...traced }]
}

/** Upper bounds, in bytes, of the header line without events and of one event in it. */
const headBytes = 80
const headerBytes = ({ event, commandId, digest, traceparent = '' }: PublishedEvent): number =>
  70 + event.length + commandId.length + digest.length + traceparent.length

/** One publication per room; several only if the header line alone would exceed `maxBytes`. */
const roomPublications = (streams: FramedStreams, maxBytes: number): readonly Publication[] =>
  [...streams].flatMap(([room, framed]) =>
    inParts(framed.flatMap(publishedEvents), headerBytes, maxBytes - headBytes).map((events) => ({
      channel: channels.room(room),
      payload: writeRoomPublication({ room, events }, maxBytes),
    })),
  )

/** A notice to each user whose membership an event changes, with the seq after which the user's sessions read the room. */
const noticesFor = ({ membership, data, seq }: StoredEvent, room: string): readonly Publication[] => {
  if (membership === 'none') return []
  const payload = writeNotice({ room, since: membership === 'adds' ? seq - 1 : seq })
  return membersAffected(membership, JSON.parse(data) as object).map((user) => ({ channel: channels.user(user), payload }))
}

const membershipNotices = (streams: FramedStreams): readonly Publication[] =>
  [...streams].flatMap(([room, framed]) => framed.flatMap(({ event }) => noticesFor(event, room)))

/** Everything to publish for these commands. A publication is at most `maxBytes`, unless one line alone is larger. */
export const publicationsOf = (
  stored: readonly StoredEntry[],
  traceparentOf: TraceparentOf,
  maxBytes: number,
): BatchPublications => {
  const streams = framedStreams(stored, traceparentOf)
  return {
    streamRecords: streamRecordsOf(streams),
    fanOut: [...roomPublications(streams, maxBytes), ...outcomePublications(stored, maxBytes), ...membershipNotices(streams)],
  }
}
