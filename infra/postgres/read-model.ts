import type { User } from '../../shared/domain/events.ts'
import type { HeldMembership, ReadModel } from '../../shared/ports/read-model.ts'
import { listChats } from './chat-list.ts'
import { listMessages } from './message-list.ts'
import type { Session, Statement } from './statement.ts'
import type { UserRow } from './user-rows.ts'
import { userCells, userOf } from './user-rows.ts'

const readEpoch: Statement = { name: 'read-epoch', text: `select value from meta where key = 'epoch'` }

const readHeads: Statement = { name: 'read-heads', text: 'select id, seq from chat where id = any($1::uuid[])' }

const readMemberships: Statement = {
  name: 'read-memberships',
  text: `select chat_member.user_id, chat.id, chat_member.since_seq, chat.seq
    from chat_member join chat on chat.id = chat_member.chat_id
    where chat_member.user_id = any($1::uuid[]) and chat_member.until_seq is null`,
}

const readUsersByExternalId: Statement = {
  name: 'read-users-by-external-id',
  text: `select ${userCells} from app_user where external_id = any($1::text[])`,
}

const readUsersById: Statement = {
  name: 'read-users-by-id',
  text: `select ${userCells} from app_user where id = any($1::uuid[])`,
}

const readUsersSeenBy: Statement = {
  name: 'read-users-seen-by',
  text: `select ${userCells} from app_user where id = any($1::uuid[]) and (id = $2::uuid or exists (
      select from chat_member mine join chat_member theirs on theirs.chat_id = mine.chat_id
      where mine.user_id = $2::uuid and mine.until_seq is null
        and theirs.user_id = app_user.id and theirs.until_seq is null
    ))`,
}

interface MembershipRow {
  readonly user_id: string
  readonly id: string
  readonly since_seq: string
  readonly seq: string
}

const epochOf = async (session: Session): Promise<string> => {
  const [row] = await session.run<{ value: string }>(readEpoch)
  return row?.value ?? ''
}

const headsOf = async (session: Session, rooms: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  if (rooms.length === 0) return new Map()
  const rows = await session.run<{ id: string; seq: string }>(readHeads, [rooms])
  return new Map(rows.map(({ id, seq }) => [id, Number(seq)]))
}

const held = (row: MembershipRow): HeldMembership => ({ room: row.id, since: Number(row.since_seq), head: Number(row.seq) })

const membershipsOf = async (
  session: Session,
  users: readonly string[],
): Promise<ReadonlyMap<string, readonly HeldMembership[]>> => {
  if (users.length === 0) return new Map()
  const rows = await session.run<MembershipRow>(readMemberships, [users])
  const byUser = Map.groupBy(rows, ({ user_id: user }) => user)
  return new Map([...byUser].map(([user, all]) => [user, all.map(held)]))
}

const usersByExternalId = async (session: Session, externalIds: readonly string[]): Promise<ReadonlyMap<string, User>> => {
  if (externalIds.length === 0) return new Map()
  const rows = await session.run<UserRow>(readUsersByExternalId, [externalIds])
  return new Map(rows.map((row) => [row.external_id, userOf(row)]))
}

const usersById = async (session: Session, ids: readonly string[], viewer?: string): Promise<readonly User[]> => {
  if (ids.length === 0) return []
  const rows =
    viewer === undefined
      ? await session.run<UserRow>(readUsersById, [ids])
      : await session.run<UserRow>(readUsersSeenBy, [ids, viewer])
  return rows.map(userOf)
}

/** The ReadModel on Postgres. */
export const postgresReadModel = (session: Session, pageBytes: number): ReadModel => ({
  epoch: () => epochOf(session),
  heads: (rooms) => headsOf(session, rooms),
  memberships: (users) => membershipsOf(session, users),
  usersByExternalId: (externalIds) => usersByExternalId(session, externalIds),
  usersById: (ids, viewer) => usersById(session, ids, viewer),
  chatsOf: (query) => listChats(session, query, pageBytes),
  messagesOf: (query) => listMessages(session, query, pageBytes),
})
