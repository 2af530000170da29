import type { RecordedOutcome } from '../../../shared/ports/event-store.ts'
import { redactedDigest } from '../../../shared/ports/event-store.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import { roomEventOfCommand } from '../../../shared/room-events/find-room-event.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { Lookups } from './lookups.ts'

/** Identifies a command on the log. */
export interface SentCommand {
  readonly type: Command['type']
  /** The record's key: the room, or the external id of a user. */
  readonly room: string
  readonly commandId: string
  readonly digest: string
  /** The acting user; empty for `create-user`. */
  readonly user: string
}

/** Reads a command's outcome from the store; undefined: none is recorded. Rejects with `StoreError`. */
export type LookUpOutcome = (command: SentCommand) => Promise<Outcome | undefined>

const outcomeOf = (stored: RecordedOutcome | undefined): Outcome | undefined => {
  if (stored === undefined) return undefined
  if (stored.kind === 'event') return { body: stored.event.data, seq: stored.event.seq }
  const { code, message, details } = stored.rejection
  return { error: errorBody(code, message, details) }
}

/**
 * Whether the outcome is that of the command. The message of a redacted event was deleted: its digest is gone, so the event
 * and its author are compared.
 */
const isOf = ({ type, digest, user }: SentCommand, outcome: RecordedOutcome): boolean =>
  outcome.digest === digest ||
  (outcome.kind === 'event' &&
    outcome.digest === redactedDigest &&
    outcome.event.type === roomEventOfCommand(type).event &&
    (JSON.parse(outcome.event.data) as { readonly user_id?: string }).user_id === user)

/**
 * Reports no `conflict` if another command has the id: whether the sender may learn that depends on the members, which
 * only the writer knows.
 */
export const createOutcomeLookup =
  (lookups: Pick<Lookups, 'user' | 'outcome'>): LookUpOutcome =>
  async (command) => {
    const { type, room, commandId, digest } = command
    if (type !== 'CreateUser') {
      const stored = await lookups.outcome({ room, id: commandId, digest })
      return outcomeOf(stored !== undefined && isOf(command, stored) ? stored : undefined)
    }
    const user = await lookups.user(room)
    return user === undefined ? undefined : { body: JSON.stringify({ user }) }
  }
