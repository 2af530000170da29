import type { Role } from '../../../../shared/domain/roles.ts'

/** The roles as the page names them, each with the users who have at least it. */
export const roleTexts: Readonly<Record<Role, { readonly name: string; readonly atLeast: string }>> = {
  reader: { name: 'Reader', atLeast: 'Everybody' },
  member: { name: 'Member', atLeast: 'Members' },
  moderator: { name: 'Moderator', atLeast: 'Moderators, admins and owners' },
  admin: { name: 'Admin', atLeast: 'Admins and owners' },
  owner: { name: 'Owner', atLeast: 'Owners' },
}
