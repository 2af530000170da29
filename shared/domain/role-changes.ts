import type { ChatState } from './chat.ts'
import { distinct, nextTime, notAllowed } from './chat.ts'
import type { CommandHead } from './commands.ts'
import { isDirectChat } from './direct-chat.ts'
import { effectiveRole, isBanned, lastingRole, ownersAmong, rankOf } from './member-roles.ts'
import { whyNotAllowed } from './permissions.ts'
import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'
import type { Role } from './roles.ts'
import { banned, roleAbove, roles } from './roles.ts'

/** A command that sets the role of users, for ever or until a time. */
export interface RoleCommand extends CommandHead {
  readonly body: { readonly users: readonly string[]; readonly role: Role; readonly until?: string | undefined }
}

const lacksRank = (action: 'remove' | 'roles', needs: Role | undefined): Rejection => {
  const reason = needs === undefined ? 'nobody may do this to an owner' : `${action} needs the role ${needs} here`
  return rejected('forbidden', `not allowed: ${reason}`, { action, ...(needs === undefined ? {} : { needs }) })
}

/**
 * Why the acting user must not do this to these other users; undefined: it may. Its role must be above the lasting one of
 * each of them, which a lower role for a time does not change.
 */
export const whyNotAbove = (
  action: 'remove' | 'roles',
  command: CommandHead,
  others: readonly string[],
  state: ChatState,
): Rejection | undefined => {
  const rejection = whyNotAllowed(action, command, state)
  if (rejection !== undefined) return rejection
  const highest = Math.max(...others.map((user) => rankOf(user, state)))
  const role = effectiveRole(command.user, state, nextTime(command, state))
  return role > highest ? undefined : lacksRank(action, roleAbove(highest))
}

const invalid = (field: 'body.users' | 'body.until', reason: string): Rejection =>
  rejected('invalid', `${field}: ${reason}`, { field, reason })

/** A member may lower its own role for ever, so that nobody shortens a lower role that others have set. */
const whyNotOwn = ({ user, body: { role, until }, ...head }: RoleCommand, state: ChatState): Rejection | undefined => {
  if (until !== undefined) return invalid('body.until', 'a member lowers its own role for ever')
  const own = effectiveRole(user, state, nextTime({ ...head, user }, state))
  if (roles[role] > own) return lacksRank('roles', role)
  const isLastOwner = lastingRole(user, state) === roles.owner && roles[role] < roles.owner && state.owners <= 1
  if (isLastOwner) return invalid('body.users', 'the last owner of a chat stays its owner')
  return undefined
}

/** Why the acting user must not set these roles; undefined: it may. Nobody gives a role above its own. */
export const whyNotSet = (command: RoleCommand, state: ChatState): Rejection | undefined => {
  const { user, body } = command
  if (!state.members.has(user)) return notAllowed
  if (isDirectChat(state)) return whyNotAllowed('roles', command, state)
  const at = nextTime(command, state)
  if (body.until !== undefined && body.until <= at) return invalid('body.until', 'is over')
  const others = body.users.filter((named) => named !== user)
  if (others.length > 0) {
    const rejection = whyNotAbove('roles', command, others, state)
    if (rejection !== undefined) return rejection
    if (roles[body.role] > effectiveRole(user, state, at)) return lacksRank('roles', body.role)
  }
  return others.length < body.users.length ? whyNotOwn(command, state) : undefined
}

/**
 * The users whose role such a command changes. A role that ends is only a lower one: it leaves out users whose lasting role
 * is not above it. The role `member` lifts a ban; the user stays outside of the chat.
 */
export const changedRoles = ({ body: { users, role, until } }: RoleCommand, state: ChatState): readonly string[] =>
  distinct(users).filter((user) => {
    if (!state.members.has(user)) return until === undefined && role === 'member' && isBanned(user, state)
    const { lowered } = state.roles.get(user) ?? {}
    if (until === undefined) return lowered !== undefined || lastingRole(user, state) !== roles[role]
    return roles[role] < lastingRole(user, state) && (lowered?.until !== until || lowered.role !== roles[role])
  })

/** The state after these users got the role, for ever or until a time. */
export const withRoles = (
  state: ChatState,
  { users, role, until }: { readonly users: readonly string[]; readonly role: Role; readonly until?: string | undefined },
): ChatState => {
  const after = new Map(state.roles)
  for (const user of users) {
    const lasting = after.get(user)?.role ?? null
    after.set(user, until === undefined ? { role: roles[role] } : { role: lasting, lowered: { role: roles[role], until } })
  }
  const members = users.filter((user) => state.members.has(user))
  const owners = state.owners - ownersAmong(members, state) + ownersAmong(members, { ...state, roles: after })
  return { ...state, roles: after, owners }
}

/** The state after these users were banned. */
export const withBanned = (state: ChatState, users: readonly string[]): ChatState => {
  if (users.length === 0) return state
  const after = new Map(state.roles)
  for (const user of users) after.set(user, { role: banned })
  return { ...state, roles: after }
}
