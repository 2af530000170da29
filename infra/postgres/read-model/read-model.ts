import type { User } from '../../../shared/domain/events.ts'
import type { ChangedHead, KnownHead, ReadModel, StoreMeta } from '../../../shared/ports/read-model.ts'
import { firstLevel } from '../../../shared/protocol/feature-level.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { arrayText } from '../connection/statement.ts'
import { listAttachments, readRights } from './attachments.ts'
import { listBlocks } from './block-list.ts'
import { listChats } from './chat-list.ts'
import { listMembers } from './member-list.ts'
import { changedMemberships, membershipsOf } from './memberships.ts'
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

const readUsersByExternalId: Statement = {
  name: 'read-users-by-external-id',
  text: `select ${userCells} from app_user where external_id = any($1::text[])`,
}

/** By the index of external ids. */
const readLastErasure: Statement = {
  name: 'read-last-erasure',
  text: `select (extract(epoch from max(modified_at)) * 1000)::bigint as at_ms from app_user where external_id is null`,
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

const lastErasureMs = async (session: DatabaseSession): Promise<number | undefined> => {
  const [row] = await session.run<{ readonly at_ms: string | null }>(readLastErasure, [])
  return row === undefined || row.at_ms === null ? undefined : Number(row.at_ms)
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
  lastErasureMs: () => lastErasureMs(session),
  chatsOf: (query) => listChats(session, query, pageBytes),
  membersOf: (query) => listMembers(session, query),
  blocksOf: (query) => listBlocks(session, query),
  messagesOf: (query) => listMessages(session, query, pageBytes),
  rightsOf: (room, user) => readRights(session, room, user),
  attachmentsOf: (query) => listAttachments(session, query),
  reactionsOf: (query) => listReactions(session, query),
  versionsOf: (query) => listVersions(session, query, pageBytes),
})
