import { feedFrameText, withVersion } from '../frames/room-event-frame.ts'
import type { StoredEvent } from '../ports/event-store.ts'

/** The value of the record of a stored event on the event stream: the frame that sockets receive, preceded by `v`. */
export const streamValueOf = ({ name, stream, seq, data, v }: StoredEvent): string =>
  withVersion(feedFrameText(name, stream, seq, data), v)
