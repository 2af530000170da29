import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { Changes, ChatChange, CreatedChat } from './projection.ts'

/** One array per column; all null when there are no rows, so that the database function skips the group. */
export const columns = <Row>(rows: readonly Row[], ...cells: readonly ((row: Row) => unknown)[]): readonly unknown[] =>
  cells.map((cell) => (rows.length === 0 ? null : rows.map(cell)))

/** The column, or null if all its values are null: the database function then gets no array for it. */
const sparse = <Row>(rows: readonly Row[], cell: (row: Row) => unknown): unknown =>
  rows.some((row) => cell(row) !== null) ? rows.map(cell) : null

/** Null: the time of the last event. */
const activeAt = (chat: ChatChange): string | null => (chat.activeAt === chat.lastAt ? null : (chat.activeAt ?? '-infinity'))

const chatHead = [
  (chat: ChatChange) => chat.id,
  (chat: ChatChange) => chat.seq,
  (chat: ChatChange) => chat.lastAt,
  (chat: ChatChange) => chat.membersAdded,
  (chat: ChatChange) => chat.modifiedAt ?? null,
] as const

type CreatedChatChange = ChatChange & { readonly created: CreatedChat }
const isNew = (chat: ChatChange): chat is CreatedChatChange => chat.created !== undefined

const chatValues = (chats: readonly ChatChange[]): readonly unknown[] => {
  const created = chats.filter(isNew)
  const changed = chats.filter((chat) => !isNew(chat))
  return [
    ...columns<CreatedChatChange>(
      created,
      ...chatHead,
      (chat) => chat.created.name,
      (chat) => chat.created.createdBy,
      (chat) => chat.created.createdAt,
    ),
    sparse(created, activeAt),
    ...columns(changed, ...chatHead),
    sparse(changed, activeAt),
  ]
}

const userValues = ({ users }: Changes): readonly unknown[] =>
  columns(
    users,
    (user) => user.id,
    // The creation of an erased user has none, and several such users must not collide.
    (user) => user.externalUserId || null,
    (user) => user.name ?? null,
    (user) => user.created_at,
    (user) => user.modified_at,
  )

const memberValues = ({ members }: Changes): readonly unknown[] => [
  ...columns(
    members.filter(({ since }) => since !== undefined),
    (member) => member.chat,
    (member) => member.user,
    (member) => member.since,
    (member) => member.until ?? null,
  ),
  ...columns(
    members.filter(({ since }) => since === undefined),
    (member) => member.chat,
    (member) => member.user,
    (member) => member.until,
  ),
]

const messageValues = ({ messages }: Changes, changed: object | undefined): readonly unknown[] => [
  ...columns(
    messages,
    (message) => message.chat,
    (message) => message.seq,
    (message) => message.id,
    (message) => message.createdAt,
    (message) => message.user,
    (message) => message.type,
  ),
  sparse(messages, ({ thread }) => thread ?? null),
  sparse(messages, ({ replyTo }) => replyTo ?? null),
  changed === undefined ? null : JSON.stringify(changed),
]

/**
 * The arguments of the database function `apply_room_changes`, in its order. The last one is null or has the groups of rare
 * changes: those of messages, of chats and roles, and `others`.
 */
export const changeValues = (changes: Changes, others?: object): readonly unknown[] => {
  const groups = [changes.messageChanges.rows(), changes.roomChanges.rows(), others].filter((some) => some !== undefined)
  const rare = groups.length === 0 ? undefined : Object.assign({}, ...groups)
  return [...userValues(changes), ...chatValues(changes.chats), ...memberValues(changes), ...messageValues(changes, rare)]
}

/** SQL for `count` parameters, numbered from `first`. */
export const parameters = (first: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `$${first + index}`).join(', ')

/** The number of parameters of `apply_room_changes`. */
export const changeParameterCount = 36

const applyChanges: Statement = {
  name: 'apply-room-changes',
  text: `select apply_room_changes(${parameters(1, changeParameterCount)})`,
}

const applyUserChanges: Statement = { name: 'apply-user-changes', text: 'select apply_user_changes($1)' }

/** Writes changes to the read model by the functions that an append also calls, so that a rebuild writes the same rows. */
export const writeChanges = async (session: DatabaseSession, changes: Changes): Promise<void> => {
  await session.run(applyChanges, changeValues(changes))
  const ofUsers = changes.userChanges.rows()
  if (ofUsers !== undefined) await session.run(applyUserChanges, [JSON.stringify(ofUsers)])
}
