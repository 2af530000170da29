import type { ChatState } from '../../shared/domain/chat.ts'
import type { RecordedOutcome } from '../../shared/ports/event-store.ts'
import { redactedDigest } from '../../shared/ports/event-store.ts'
import { contentOf, isRedactedOutcomeOf, redactedEvent } from '../../shared/records/redaction.ts'
import type { ChatCommand } from '../../shared/room-events/room-events.ts'

/** An earlier command of the batch may have deleted the message whose content a recorded event carries. */
const asNow = (outcome: RecordedOutcome, { messages }: ChatState): RecordedOutcome => {
  if (outcome.kind !== 'event' || messages.size === 0) return outcome
  const message = contentOf(outcome.event)
  const tombstone = message === undefined ? undefined : messages.get(message)?.tombstone
  return tombstone === undefined
    ? outcome
    : { kind: 'event', digest: redactedDigest, event: redactedEvent(outcome.event, tombstone) }
}

/**
 * The outcome that was recorded for a command, if any. The command of a deleted message has the redacted event as its
 * outcome, whatever its digest is: the digest of the first one is not stored any more.
 */
export const ownOutcome = (
  outcomes: readonly RecordedOutcome[],
  command: ChatCommand,
  state: ChatState,
): RecordedOutcome | undefined =>
  outcomes
    .map((outcome) => asNow(outcome, state))
    .find((outcome) => outcome.digest === command.digest || isRedactedOutcomeOf(command, outcome))
