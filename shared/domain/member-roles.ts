import type { StoredRole } from './roles.ts'
import { banned, roleOnReturn, roles, roleWithout } from './roles.ts'

/** The part of a chat's state that tells the roles of its users. */
export interface ChatRoles {
  readonly createdBy: string
  /** Empty: a direct chat, which has no owner. */
  readonly name: string
  readonly members: ReadonlySet<string>
  /** The roles that were set, of the users that the commands name, members or not; a user without one is absent. */
  readonly roles: ReadonlyMap<string, StoredRole>
}

type KnownRoles = Omit<ChatRoles, 'members'>

/** The role of a member, without regard to a lower one that ends. */
export const lastingRole = (user: string, { roles: stored, createdBy, name }: KnownRoles): number =>
  stored.get(user)?.role ?? roleWithout(user === createdBy && name !== '')

/** The role of a member at this time. */
export const effectiveRole = (user: string, chat: KnownRoles, at: string): number => {
  const lasting = lastingRole(user, chat)
  const lowered = chat.roles.get(user)?.lowered
  return lowered !== undefined && at < lowered.until ? Math.min(lowered.role, lasting) : lasting
}

/** The rank that protects a user from others: no lower for a member whose role is lowered for a time; 0 for a user who is not a member. */
export const rankOf = (user: string, chat: ChatRoles): number => (chat.members.has(user) ? lastingRole(user, chat) : 0)

/** Whether the user must not become a member. */
export const isBanned = (user: string, { roles: stored }: Pick<ChatRoles, 'roles'>): boolean => stored.get(user)?.role === banned

/** The number of owners among these users, if they are members. */
export const ownersAmong = (users: readonly string[], chat: KnownRoles): number =>
  users.filter((user) => lastingRole(user, chat) === roles.owner).length

/** The roles after these users have become members again. */
export const rolesOnReturn = (users: readonly string[], stored: ChatRoles['roles']): ChatRoles['roles'] => {
  const returning = users.filter((user) => stored.has(user))
  if (returning.length === 0) return stored
  const after = new Map(stored)
  for (const user of returning) after.set(user, { ...after.get(user), role: roleOnReturn(after.get(user)?.role ?? null) })
  return after
}
