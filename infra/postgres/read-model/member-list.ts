import { roleName, roles } from '../../../shared/domain/roles.ts'
import type { MemberEntry, MemberPage, MemberQuery } from '../../../shared/ports/read-model.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import { readMemberCursor, writeCursor } from './cursor.ts'
import { lastingRoleCell, roleCell, roleUntilCell } from './role-cells.ts'
import { markerOf, markerSeq } from './unread.ts'

const reader = 'select from chat_member where chat_id = $1::uuid and user_id = $2::uuid and until_seq is null'

/** The user id before all others, as SQL. */
const noUser = `'00000000-0000-0000-0000-000000000000'::uuid`

/**
 * A row without a user: there is none on this page. No row: the reader is not a member. `shown`: SQL for the rows to list.
 * Markers are read for the members on the page, and only in a small chat.
 */
const pageOf = (name: string, shown: string): Statement => ({
  name,
  text: `select page.user_id, page.since_seq, page.role, ${isoText('page.role_until')} as role_until, page.lasting_role,
      case when page.is_small then ${markerSeq('state.seq', 'page.since_seq')} end as marker_seq, state.gen, state.delivered_seq
    from (${reader}) as reader
    left join lateral (
      select * from (
        select member.user_id, member.since_seq, ${roleCell('member', 'chat')} as role, ${roleUntilCell('member')} as role_until,
          ${lastingRoleCell('member', 'chat')} as lasting_role, chat.member_count <= $7::int as is_small
        from chat cross join lateral (${shown}) as member
        where chat.id = $1::uuid and (member.since_seq, member.user_id) > (coalesce($3::bigint, -1), coalesce($4::uuid, ${noUser}))
      ) as found
      where $5::int is null or found.role = $5::int
      order by since_seq, user_id limit $6::int + 1
    ) as page on true
    left join member_state as state on page.is_small and state.chat_id = $1::uuid and state.user_id = page.user_id
    order by page.since_seq, page.user_id`,
})

const present = 'select * from chat_member where chat_id = $1::uuid and until_seq is null'
const hasRole = '(role is not null or lowered_role is not null)'

/**
 * The members in the order of joining, by the index `chat_member_since`. Every `since_seq` is at least 0: the condition
 * allows that index, which is not usable without it, because look-ups of one member must not choose it. Exported so that a
 * test can examine its plan.
 */
export const listMembersStatement = pageOf('list-members', `${present} and since_seq >= 0`)

/** Another role than `member` have only the members with a role of their own, by another index, and the creator. */
export const listRoleStatement = pageOf(
  'list-members-of-role',
  `${present} and ${hasRole} union all ${present} and user_id = chat.created_by and not ${hasRole}`,
)

/** The banned users, who are no members. */
export const listBannedStatement = pageOf('list-banned', 'select * from chat_member where chat_id = $1::uuid and role = 0')

type MemberFilters = Pick<MemberQuery, 'role' | 'banned'>

const statementFor = ({ banned = false, role }: MemberFilters): Statement => {
  if (banned) return listBannedStatement
  return role === undefined || role === 'member' ? listMembersStatement : listRoleStatement
}

interface ListedMemberRow {
  readonly user_id: string
  readonly since_seq: string
  readonly role: number
  readonly role_until: string | null
  readonly lasting_role: number
  /** Null in a chat that is not small. */
  readonly marker_seq: string | null
  readonly gen: number | null
  readonly delivered_seq: string | null
}

/** There is one row, in which all columns are null, for a page without members. */
type MemberPageRow = ListedMemberRow | { readonly user_id: null }

const markersOf = ({
  marker_seq: seq,
  gen,
  delivered_seq: delivered,
}: ListedMemberRow): Pick<MemberEntry, 'read' | 'delivered'> => ({
  ...(seq === null ? {} : { read: markerOf({ marker_seq: seq, gen }) }),
  ...(Number(delivered) === 0 ? {} : { delivered: Number(delivered) }),
})

const listedMember = (row: ListedMemberRow): MemberEntry => ({
  user: row.user_id,
  role: roleName(row.role),
  ...(row.role_until === null ? {} : { until: row.role_until, role_after: roleName(row.lasting_role) }),
  since: Number(row.since_seq) + 1,
  ...markersOf(row),
})

/** The query may repeat the filters or leave them to the cursor. */
const filtersOf = (query: MemberFilters, { role = query.role, banned = query.banned }: MemberFilters): MemberFilters => ({
  role,
  banned,
})

/** One page of members or of banned users; undefined: the reader is not a member. Rejects with `CursorError` for a bad cursor. */
export const listMembers = async (session: DatabaseSession, query: MemberQuery): Promise<MemberPage | undefined> => {
  const { room, reader: user, limit, cursor, markersUpTo } = query
  const place = cursor === undefined ? undefined : readMemberCursor(cursor)
  const { role, banned = false } = place === undefined ? query : filtersOf(query, place)
  const after = place === undefined ? [null, null] : [place.since, place.user]
  const values = [room, user, ...after, role === undefined ? null : roles[role], limit, markersUpTo ?? null]
  const rows = await session.run<MemberPageRow>(statementFor({ role, banned }), values)
  if (rows.length === 0) return undefined
  const found = rows.filter((row): row is ListedMemberRow => row.user_id !== null)
  const page = found.slice(0, limit)
  const members = page.map((row) => (banned ? { user: row.user_id } : listedMember(row)))
  const last = page.at(-1)
  if (found.length === page.length || last === undefined) return { members }
  const filters = { ...(role === undefined ? {} : { role }), ...(banned ? { banned } : {}) }
  return { members, nextCursor: writeCursor('members', { since: Number(last.since_seq), user: last.user_id, ...filters }) }
}
