import type { User } from '../../shared/domain/events.ts'
import type { Changes, ChatChange, CreatedChat, MemberChange, PostedMessage } from './projection.ts'
import type { Session, Statement } from './statement.ts'

const insertUsers: Statement = {
  name: 'insert-users',
  text: `insert into app_user (id, external_id, name, created_at, modified_at)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])`,
}

const insertChats: Statement = {
  name: 'insert-chats',
  text: `insert into chat (id, seq, last_at, member_count, modified_at, name, created_by, created_at)
    select * from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::int[], $5::timestamptz[],
      $6::text[], $7::uuid[], $8::timestamptz[])`,
}

const updateChats: Statement = {
  name: 'update-chats',
  text: `update chat set seq = now.seq, last_at = now.last_at, member_count = chat.member_count + now.added,
      modified_at = coalesce(now.modified_at, chat.modified_at)
    from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::int[], $5::timestamptz[])
      as now (id, seq, last_at, added, modified_at)
    where chat.id = now.id`,
}

const startMemberships: Statement = {
  name: 'start-memberships',
  text: `insert into chat_member (chat_id, user_id, since_seq, until_seq)
    select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[])
    on conflict (chat_id, user_id) do update set since_seq = excluded.since_seq, until_seq = excluded.until_seq`,
}

const endMemberships: Statement = {
  name: 'end-memberships',
  text: `update chat_member set until_seq = gone.until_seq
    from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as gone (chat_id, user_id, until_seq)
    where chat_member.chat_id = gone.chat_id and chat_member.user_id = gone.user_id`,
}

const insertMessages: Statement = {
  name: 'insert-messages',
  text: `insert into message (chat_id, seq, id, created_at, user_id, type)
    select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::uuid[], $6::text[])`,
}

/** One array for each column. */
export const columns = <Row>(rows: readonly Row[], ...cells: readonly ((row: Row) => unknown)[]): readonly unknown[][] =>
  cells.map((cell) => rows.map(cell))

const chatHead = [
  (chat: ChatChange) => chat.id,
  (chat: ChatChange) => chat.seq,
  (chat: ChatChange) => chat.lastAt,
  (chat: ChatChange) => chat.membersAdded,
  (chat: ChatChange) => chat.modifiedAt ?? null,
] as const

type NewChat = ChatChange & { readonly created: CreatedChat }
const isNew = (chat: ChatChange): chat is NewChat => chat.created !== undefined

const writeUsers = (session: Session, users: readonly User[]) =>
  session.run(
    insertUsers,
    columns(
      users,
      (user) => user.id,
      (user) => user.externalUserId,
      (user) => user.name ?? null,
      (user) => user.created_at,
      (user) => user.modified_at,
    ),
  )

const writeNewChats = (session: Session, chats: readonly NewChat[]) =>
  session.run(
    insertChats,
    columns<NewChat>(
      chats,
      ...chatHead,
      (chat) => chat.created.name,
      (chat) => chat.created.createdBy,
      (chat) => chat.created.createdAt,
    ),
  )

const writeStarts = (session: Session, members: readonly MemberChange[]) =>
  session.run(
    startMemberships,
    columns(
      members,
      (member) => member.chat,
      (member) => member.user,
      (member) => member.since,
      (member) => member.until ?? null,
    ),
  )

const writeEnds = (session: Session, members: readonly MemberChange[]) =>
  session.run(
    endMemberships,
    columns(
      members,
      (member) => member.chat,
      (member) => member.user,
      (member) => member.until,
    ),
  )

const writeMessages = (session: Session, messages: readonly PostedMessage[]) =>
  session.run(
    insertMessages,
    columns(
      messages,
      (message) => message.chat,
      (message) => message.seq,
      (message) => message.id,
      (message) => message.createdAt,
      (message) => message.user,
      (message) => message.type,
    ),
  )

/** Writes what has changed: one statement for each kind of change that there is. */
export const writeChanges = async (session: Session, changes: Changes): Promise<void> => {
  const { users, chats, members, messages } = changes
  const [fresh, known] = [chats.filter(isNew), chats.filter((chat) => !isNew(chat))]
  const [starts, ends] = [members.filter(({ since }) => since !== undefined), members.filter(({ since }) => since === undefined)]
  if (users.length > 0) await writeUsers(session, users)
  if (fresh.length > 0) await writeNewChats(session, fresh)
  if (known.length > 0) await session.run(updateChats, columns(known, ...chatHead))
  if (starts.length > 0) await writeStarts(session, starts)
  if (ends.length > 0) await writeEnds(session, ends)
  if (messages.length > 0) await writeMessages(session, messages)
}
