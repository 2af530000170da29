import type { User } from '../../../shared/domain/events.ts'
import type { ChangedHead, KnownHead, ReadModel, RoomMembership, StoreMeta } from '../../../shared/ports/read-model.ts'
import { firstLevel } from '../../../shared/protocol/feature-level.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { listAttachments, readRights } from './attachments.ts'
import { listBlocks } from './block-list.ts'
import { listChats } from './chat-list.ts'
import { listMembers } from './member-list.ts'
import { listReactions, listVersions } from './message-details.ts'
import { listMessages } from './message-list.ts'
import { signalRolesOf } from './signal-roles.ts'
import { unreadMembershipsOf } from './unread-memberships.ts'
import type { UserRow } from './user-rows.ts'
import { userCells, userOf } from './user-rows.ts'

const readMeta: Statement = { name: 'read-meta', text: `select key, value from meta where key in ('epoch', 'level')` }

const readHeads: Statement = { name: 'read-heads', text: 'select id, seq from chat where id = any($1::uuid[])' }

const readMemberCounts: Statement = {
  name: 'read-member-counts',
  text: 'select id, member_count from chat where id = any($1::uuid[])',
}

/**
 * The text that is hashed is that of `eventDigest`. Events are read by their
 * primary key, and only those of which a digest is given.
 */
const readChangedHeads: Statement = {
  name: 'read-changed-heads',
  text: `select * from (
      select known.id, known.seq as known_seq, coalesce(chat.seq, 0) as seq,
        coalesce(chat.seq, 0) < known.seq or case when known.digest is null then false else known.digest is distinct from (
          select encode(sha256(convert_to(concat_ws(' ', type, command_id, digest, data), 'UTF8')), 'hex')
          from event where stream = known.id and event.seq = known.seq
        ) end as is_other
      from unnest($1::uuid[], $2::bigint[], $3::text[]) as known (id, seq, digest)
      left join chat on chat.id = known.id
    ) as compared where is_other or seq <> known_seq`,
}

const membershipCells = 'chat_member.user_id, chat.id, chat_member.since_seq, chat.seq'

const readMemberships: Statement = {
  name: 'read-memberships',
  text: `select ${membershipCells} from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (
      select * from chat_member as present
      where present.user_id = asked.user_id and present.until_seq is null limit $2::int
    ) as chat_member
    join chat on chat.id = chat_member.chat_id`,
}

/** The index returns the rooms in order, without a sort. */
const readChangedMemberships: Statement = {
  name: 'read-changed-memberships',
  text: `with other as materialized (
      select known.user_id from unnest($1::uuid[], $2::text[]) as known (user_id, digest)
      where known.digest is distinct from (
        select encode(sha256(coalesce(string_agg(uuid_send(present.chat_id), ''), '')), 'hex') from (
          select chat_id from chat_member
          where chat_member.user_id = known.user_id and until_seq is null order by chat_id
        ) as present)
    )
    select other.user_id, chat.id, chat_member.since_seq, chat.seq from other
    left join chat_member on chat_member.user_id = other.user_id and chat_member.until_seq is null
    left join chat on chat.id = chat_member.chat_id`,
}

const readUsersByExternalId: Statement = {
  name: 'read-users-by-external-id',
  text: `select ${userCells} from app_user where external_id = any($1::text[])`,
}

const readUsersById: Statement = {
  name: 'read-users-by-id',
  text: `select ${userCells} from app_user where id = any($1::uuid[])`,
}

/**
 * The viewer's chats are read once and hashed; each user named costs the entries of its own chats up to the first
 * shared one. `is true` keeps the membership test a hashed subplan: a semijoin would be a nested loop here.
 * Exported so that a test can examine its plan.
 */
export const readUsersSeenByStatement: Statement = {
  name: 'read-users-seen-by',
  text: `with mine as materialized (
      select chat_id from chat_member where user_id = $2::uuid and until_seq is null
    )
    select ${userCells} from app_user where id = any($1::uuid[]) and (id = $2::uuid or (
      select true from chat_member theirs
      where theirs.user_id = app_user.id and theirs.until_seq is null
        and (theirs.chat_id in (select chat_id from mine)) is true
      limit 1
    ))`,
}

interface MembershipRow {
  readonly user_id: string
  readonly id: string
  readonly since_seq: string
  readonly seq: string
}

/** For a user without rooms, all columns but the user are null. */
type ChangedMembershipRow = MembershipRow | { readonly user_id: string; readonly id: null }

const metaOf = async (session: DatabaseSession): Promise<StoreMeta> => {
  const rows = await session.run<{ key: string; value: string }>(readMeta)
  const { epoch = '', level = String(firstLevel) } = Object.fromEntries(rows.map(({ key, value }) => [key, value]))
  return { epoch, level: Number(level) }
}

interface HeadRow {
  readonly id: string
  readonly seq: string
}

interface ChangedHeadRow extends HeadRow {
  readonly is_other: boolean
}

const byRoom = (rows: readonly HeadRow[]): ReadonlyMap<string, number> => new Map(rows.map(({ id, seq }) => [id, Number(seq)]))

const headsOf = async (session: DatabaseSession, rooms: readonly string[]): Promise<ReadonlyMap<string, number>> =>
  rooms.length === 0 ? new Map() : byRoom(await session.run<HeadRow>(readHeads, [rooms]))

const memberCountsOf = async (session: DatabaseSession, rooms: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  if (rooms.length === 0) return new Map()
  const rows = await session.run<{ readonly id: string; readonly member_count: number }>(readMemberCounts, [rooms])
  return new Map(rows.map((row) => [row.id, row.member_count]))
}

const membershipOf = (row: MembershipRow): RoomMembership => ({
  room: row.id,
  since: Number(row.since_seq),
  head: Number(row.seq),
})

/** An array literal of ids or numbers, which need no escaping; the driver would check each element. */
const arrayText = (items: Iterable<string | number>): string => `{${[...items].join(',')}}`

const changedHeads = async (
  session: DatabaseSession,
  heads: ReadonlyMap<string, KnownHead>,
): Promise<ReadonlyMap<string, ChangedHead>> => {
  if (heads.size === 0) return new Map()
  const all = [...heads.values()]
  const columns = [heads.keys(), all.map(({ seq }) => seq), all.map(({ digest }) => digest ?? 'null')]
  const rows = await session.run<ChangedHeadRow>(readChangedHeads, columns.map(arrayText))
  return new Map(rows.map(({ id, seq, is_other: isContradicted }) => [id, { head: Number(seq), isContradicted }]))
}

const byUser = (rows: readonly MembershipRow[]): ReadonlyMap<string, readonly RoomMembership[]> =>
  new Map([...Map.groupBy(rows, ({ user_id: user }) => user)].map(([user, all]) => [user, all.map(membershipOf)]))

const membershipsOf = async (
  session: DatabaseSession,
  users: readonly string[],
  most?: number,
): Promise<ReadonlyMap<string, readonly RoomMembership[]>> => {
  if (users.length === 0) return new Map()
  const values = [[...new Set(users)], most === undefined ? null : most + 1]
  return byUser(await session.run<MembershipRow>(readMemberships, values))
}

const changedMemberships = async (
  session: DatabaseSession,
  digests: ReadonlyMap<string, string | undefined>,
): Promise<ReadonlyMap<string, readonly RoomMembership[]>> => {
  if (digests.size === 0) return new Map()
  const texts = [...digests.values()].map((digest) => digest ?? 'null')
  const rows = await session.run<ChangedMembershipRow>(readChangedMemberships, [arrayText(digests.keys()), arrayText(texts)])
  const present = byUser(rows.filter((row): row is MembershipRow => row.id !== null))
  return new Map(rows.map(({ user_id: user }) => [user, present.get(user) ?? []]))
}

const usersByExternalId = async (
  session: DatabaseSession,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, User>> => {
  if (externalIds.length === 0) return new Map()
  const rows = await session.run<UserRow>(readUsersByExternalId, [externalIds])
  return new Map(rows.map(userOf).map((user) => [user.externalUserId, user]))
}

const usersById = async (session: DatabaseSession, ids: readonly string[], viewer?: string): Promise<readonly User[]> => {
  if (ids.length === 0) return []
  const rows =
    viewer === undefined
      ? await session.run<UserRow>(readUsersById, [ids])
      : await session.run<UserRow>(readUsersSeenByStatement, [ids, viewer])
  return rows.map(userOf)
}

/** The ReadModel on Postgres. */
export const postgresReadModel = (session: DatabaseSession, pageBytes: number): ReadModel => ({
  meta: () => metaOf(session),
  heads: (rooms) => headsOf(session, rooms),
  memberCounts: (rooms) => memberCountsOf(session, rooms),
  signalRoles: (members) => signalRolesOf(session, members),
  changedHeads: (heads) => changedHeads(session, heads),
  memberships: (users, most) => membershipsOf(session, users, most),
  unreadMemberships: (users, most) => unreadMembershipsOf(session, users, most),
  changedMemberships: (digests) => changedMemberships(session, digests),
  usersByExternalId: (externalIds) => usersByExternalId(session, externalIds),
  usersById: (ids, viewer) => usersById(session, ids, viewer),
  chatsOf: (query) => listChats(session, query, pageBytes),
  membersOf: (query) => listMembers(session, query),
  blocksOf: (query) => listBlocks(session, query),
  messagesOf: (query) => listMessages(session, query, pageBytes),
  rightsOf: (room, user) => readRights(session, room, user),
  attachmentsOf: (query) => listAttachments(session, query),
  reactionsOf: (query) => listReactions(session, query),
  versionsOf: (query) => listVersions(session, query, pageBytes),
})
