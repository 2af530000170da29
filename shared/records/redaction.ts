import type { Message } from '../domain/events.ts'
import type { RecordedOutcome, StoredEvent } from '../ports/event-store.ts'
import { redactedDigest } from '../ports/event-store.ts'
import { roomEventOfCommand, roomEventOfType } from '../room-events/find-room-event.ts'
import type { Command } from '../room-events/room-events.ts'
import { isUserCommand } from '../user-events/find-user-event.ts'

/** The id of the message whose content a stored event carries; undefined: it carries none. */
export const contentOf = ({ type, data }: Pick<StoredEvent, 'type' | 'data'>): string | undefined =>
  roomEventOfType(type)?.content?.message(JSON.parse(data) as object).id

/** A stored event after its message was deleted: without the content, and without the digest, from which short texts could be guessed. */
export const redactedEvent = (event: StoredEvent, tombstone: Message): StoredEvent => {
  const redacted = roomEventOfType(event.type)?.content?.redacted(JSON.parse(event.data) as object, tombstone)
  return redacted === undefined ? event : { ...event, data: JSON.stringify(redacted), digest: redactedDigest }
}

/** A command by its type and its acting user. */
export interface CommandAuthor {
  readonly type: Command['type']
  readonly user: string
}

/**
 * Whether the outcome is the redacted event of such a command. Its digest is gone, so the type and the author are
 * compared: only the author may learn that the command was stored.
 */
export const isRedactedOutcomeOf = ({ type, user }: CommandAuthor, outcome: RecordedOutcome): boolean =>
  outcome.kind === 'event' &&
  outcome.digest === redactedDigest &&
  !isUserCommand({ type }) &&
  outcome.event.type === roomEventOfCommand(type).event &&
  (JSON.parse(outcome.event.data) as Partial<Message>).user_id === user
