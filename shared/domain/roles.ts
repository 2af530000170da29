/** The roles of members, by name on the wire. A greater number includes the rights of the smaller ones. */
export const roles = { reader: 10, member: 20, moderator: 30, admin: 40, owner: 50 } as const

/** The name of a role. */
export type Role = keyof typeof roles

/** The role of a banned user: it is no member, and cannot be added. It has no name on the wire. */
export const banned = 0

export const roleNames = Object.keys(roles) as [Role, ...Role[]]

const namesByNumber = new Map<number, Role>(roleNames.map((name) => [roles[name], name]))

/** The name of a stored role. A number of a later version gets the name of the next smaller role. */
export const roleName = (role: number): Role =>
  namesByNumber.get(role) ?? roleNames.findLast((name) => roles[name] < role) ?? 'reader'

/** The role of a member without a role of its own. */
export const roleWithout = (isCreator: boolean): number => (isCreator ? roles.owner : roles.member)

/** The role that was set for a user of a chat. It stays when the user leaves. */
export interface StoredRole {
  /** Null: none was set, and `roleWithout` applies. */
  readonly role: number | null
  /** A lower role, which applies until this time (exclusive). */
  readonly lowered?: { readonly role: number; readonly until: string }
}

/** The stored role of a user who becomes a member again: an owner, whom nobody can remove, is an owner again; other roles are lost. */
export const roleOnReturn = (role: number | null): number | null => (role === null || role === roles.owner ? role : roles.member)

/** The least role above this one; undefined: there is none. */
export const roleAbove = (role: number): Role | undefined => roleNames.find((name) => roles[name] > role)
