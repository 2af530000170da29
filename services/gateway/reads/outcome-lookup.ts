import type { RecordedOutcome } from '../../../shared/ports/event-store.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import { isRedactedOutcomeOf } from '../../../shared/records/redaction.ts'
import { isRoomEvent } from '../../../shared/records/stored-event.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { Lookups } from './lookups.ts'

/** Identifies a command on the log. */
export interface SentCommand {
  readonly type: Command['type']
  /** The record's key: the room, the user, or for `create-user` the external id. */
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
  if (stored.kind === 'event') {
    const { data, seq } = stored.event
    return isRoomEvent(stored.event) ? { body: data, seq } : { body: data }
  }
  const { code, message, details } = stored.rejection
  return { error: errorBody(code, message, details) }
}

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
      const isOwn = stored?.digest === digest || (stored !== undefined && isRedactedOutcomeOf(command, stored))
      return outcomeOf(isOwn ? stored : undefined)
    }
    const user = await lookups.user(room)
    return user === undefined ? undefined : { body: JSON.stringify({ user }) }
  }
