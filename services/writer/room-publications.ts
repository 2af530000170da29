import type { Publication } from '../../shared/ports/fan-out.ts'
import type { PublishedEvent } from '../../shared/records/publications.ts'
import { channels, writeRoomPublication } from '../../shared/records/publications.ts'
import { isRoomEvent } from '../../shared/records/stored-event.ts'
import { inParts } from '../../shared/runtime/async/in-parts.ts'
import type { FramedEvent } from './framed-events.ts'

const published = ({ event, frame, traceparent }: FramedEvent): readonly PublishedEvent[] => {
  if (!isRoomEvent(event)) return []
  const { name, membership, seq, commandId, digest } = event
  const traced = traceparent === undefined ? {} : { traceparent }
  return [{ seq, event: name, membership, commandId, digest, frame, ...traced }]
}

/** What an event takes in the header line, generously. */
const headerBytes = ({ event, commandId, digest, traceparent = '' }: PublishedEvent): number =>
  70 + event.length + commandId.length + digest.length + traceparent.length

const headBytes = 80

/** One publication for each room, several only where the header alone would pass `maxBytes`. */
export const roomPublications = (
  streams: ReadonlyMap<string, readonly FramedEvent[]>,
  maxBytes: number,
): readonly Publication[] =>
  [...streams].flatMap(([room, framed]) =>
    inParts(framed.flatMap(published), headerBytes, maxBytes - headBytes).map((events) => ({
      channel: channels.room(room),
      payload: writeRoomPublication({ room, events }, maxBytes),
    })),
  )
