import type { ChatState } from './chat.ts'
import { nextTime, notAllowed } from './chat.ts'
import type { CommandHead } from './commands.ts'
import { isDirectChat, keepsItsMembers } from './direct-chat.ts'
import { effectiveRole } from './member-roles.ts'
import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'
import { roles } from './roles.ts'
import type { Action } from './rules.ts'
import { neededFor } from './rules.ts'

/** The rejection of a member whose role is below the one that the action needs. Only a member learns the rules. */
export const lacksRole = (action: Action, { rules }: Pick<ChatState, 'rules'>): Rejection => {
  const needs = neededFor(action, rules)
  return rejected('forbidden', `not allowed: ${action} needs the role ${needs}`, { action, needs })
}

/** The two users of a direct chat have the same rights, and no others. */
const directActions: ReadonlySet<Action> = new Set([
  ...(['post', 'thread', 'react', 'edit_own', 'delete_own', 'upload', 'signal', 'mention_all', 'pin'] as const),
])

const notInDirectChats = (action: Action): Rejection =>
  action === 'add' || action === 'remove'
    ? keepsItsMembers(action)
    : rejected('forbidden', 'not allowed in a direct chat', { action })

/**
 * Why the acting user must not do this in the chat; undefined: it may. Every decision asks this function. A user who is not
 * a member gets the rejection for a chat that does not exist. The time is that of the event that the command would become,
 * which never goes back within a room.
 */
export const whyNotAllowed = (action: Action, command: CommandHead, state: ChatState): Rejection | undefined => {
  if (!state.members.has(command.user)) return notAllowed
  if (isDirectChat(state)) return directActions.has(action) ? undefined : notInDirectChats(action)
  const role = effectiveRole(command.user, state, nextTime(command, state))
  return role >= roles[neededFor(action, state.rules)] ? undefined : lacksRole(action, state)
}
