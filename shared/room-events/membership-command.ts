import { z } from 'zod'
import type { ChatState } from '../domain/chat.ts'
import { nextTime } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { Membership } from '../domain/events.ts'
import * as field from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'

/** The command that adds or removes the users that it names. */
export interface MembershipCommand extends CommandHead {
  readonly body: { readonly users: readonly string[] }
}

/** The body of the request. */
export const membershipRequest = ({ usersPerCommand }: ProtocolLimits, level: number) =>
  z.strictObject({ users: z.array(field.userRef(level)).max(usersPerCommand).min(1), id: field.ownId.optional() })

/** The command's body on the log. */
export const membershipCommandBody = z.object({ users: z.array(z.guid()) })

/** The event's body; `users` are only those whose membership changes. */
export const membershipBody = (command: MembershipCommand, state: ChatState, users: readonly string[]): Membership => ({
  id: command.id,
  chat: { id: command.stream, name: state.name },
  users,
  user_id: command.user,
  created_at: nextTime(command, state),
})
