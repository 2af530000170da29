import type { ChatState } from '../../../shared/domain/chat.ts'
import type { StoredRole } from '../../../shared/domain/roles.ts'
import { roles } from '../../../shared/domain/roles.ts'

/** A row of a snapshot: a user whom the commands name, and who is or was a member, or is banned. */
export interface MemberRow {
  readonly room: string
  readonly user: string
  readonly isMember: boolean
  readonly role: number | null
  readonly loweredRole: number | null
  readonly loweredUntil: string | null
}

const storedRole = ({ role, loweredRole, loweredUntil }: MemberRow): StoredRole => ({
  role,
  ...(loweredRole === null || loweredUntil === null ? {} : { lowered: { role: loweredRole, until: loweredUntil } }),
})

const hasRole = ({ role, loweredRole }: MemberRow): boolean => role !== null || loweredRole !== null

/** The members among these users of one room, and the roles that were set for any of them. */
export const membersOf = (rows: readonly MemberRow[]): Pick<ChatState, 'members' | 'roles'> => ({
  members: new Set(rows.filter(({ isMember }) => isMember).map(({ user }) => user)),
  roles: new Map(rows.filter(hasRole).map((row) => [row.user, storedRole(row)])),
})

/** SQL for the numbers of owners. `first`: the number of its parameter. */
export const ownersJson = (first: number): string => `(select json_agg(json_build_array(id, (
      select count(*)::int from chat_member where chat_id = chat.id and role = ${roles.owner} and until_seq is null
    ) + (
      select count(*)::int from chat_member
      where chat_id = chat.id and user_id = chat.created_by and chat.name <> '' and role is null and until_seq is null
    )))::text
    from chat where id = any($${first}::uuid[]))`
