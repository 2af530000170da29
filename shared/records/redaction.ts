import type { Message } from '../domain/events.ts'
import type { StoredEvent } from '../ports/event-store.ts'
import { redactedDigest } from '../ports/event-store.ts'
import { roomEventOfType } from '../room-events/find-room-event.ts'

/** The id of the message whose content a stored event carries; undefined: it carries none. */
export const contentOf = ({ type, data }: Pick<StoredEvent, 'type' | 'data'>): string | undefined =>
  roomEventOfType(type)?.content?.message(JSON.parse(data) as object).id

/** A stored event after its message was deleted: without the content, and without the digest, from which short texts could be guessed. */
export const redactedEvent = (event: StoredEvent, tombstone: Message): StoredEvent => {
  const redacted = roomEventOfType(event.type)?.content?.redacted(JSON.parse(event.data) as object, tombstone)
  return redacted === undefined ? event : { ...event, data: JSON.stringify(redacted), digest: redactedDigest }
}
