import type { Line, LineKind, LineOf } from './lines.ts'
import type { SourceIds } from './source-ids.ts'

/** A request as a client would send it, not yet checked. */
export interface RawRequest {
  readonly event: 'create-chat' | 'update-chat' | 'add-users' | 'remove-users' | 'update-members' | MessageRequest | 'set-block'
  readonly room?: string
  readonly body: object
}

type MessageRequest = 'new-message' | 'edit-message' | 'delete-message' | 'set-reaction' | 'set-pin'

/** The kinds of lines that become one command each. */
export type CommandKind = Exclude<LineKind, 'export' | 'user'>

/** The text of a message that was deleted in the source. It exists until the `delete` line of the message. */
const textOfDeleted = '-'

const usersIn = (users: readonly string[], ids: SourceIds): string[] => users.map((id) => ids.user(id, 'users'))

/** A mention of a user without a line is left out: the message is worth more. */
const mentionsIn = ({ mentions }: Pick<LineOf<'message'>, 'mentions'>, ids: SourceIds): string[] | 'all' | undefined => {
  if (mentions === undefined || mentions === 'all') return mentions
  const known = mentions.filter((id) => ids.hasUser(id)).map((id) => ids.user(id, 'mentions'))
  return known.length === 0 ? undefined : known
}

const contentOf = (line: LineOf<'message'> | LineOf<'edit'>, ids: SourceIds): object => {
  const { msg, type = 'text', data } = line
  return { msg, type, data, mentions: mentionsIn(line, ids) }
}

const chatBody = (line: LineOf<'chat'>, ids: SourceIds): object => {
  const { id, user, users, name, direct, image, data, rules } = line
  // A request names at least one user; the creator is a member in any case.
  const named = usersIn(users.length === 0 ? [user] : users, ids)
  return direct === true ? { users: named, direct } : { users: named, chat: { id: ids.room(id), name, image, data, rules } }
}

const messageBody = (line: LineOf<'message'>, ids: SourceIds): object => {
  const { chat, id, thread, reply_to: replyTo, silent, deleted } = line
  const messageOf = (named: string | undefined) => (named === undefined ? undefined : ids.message(chat, named))
  return {
    ...(deleted === true ? { msg: textOfDeleted, type: line.type ?? 'text' } : contentOf(line, ids)),
    thread: messageOf(thread),
    reply_to: messageOf(replyTo),
    silent,
    id: ids.message(chat, id),
  }
}

const about = (line: LineOf<'edit' | 'delete' | 'reaction' | 'pin'>, ids: SourceIds) => ({
  message: ids.message(line.chat, line.message),
  id: ids.command(line),
})

/** The event and the body of the request for each kind of line. Throws `LineError`. */
const requests: {
  readonly [Kind in CommandKind]: (line: LineOf<Kind>, ids: SourceIds) => readonly [RawRequest['event'], object]
} = {
  chat: (line, ids) => ['create-chat', chatBody(line, ids)],
  update: (line, ids) => {
    const { name, image, data, rules } = line
    const given = Object.entries({ name, image, data, rules }).filter(([, value]) => value !== undefined)
    return ['update-chat', { chat: Object.fromEntries(given), id: ids.command(line) }]
  },
  join: (line, ids) => ['add-users', { users: usersIn(line.users, ids), id: ids.command(line) }],
  leave: (line, ids) => ['remove-users', { users: usersIn(line.users, ids), ban: line.ban, id: ids.command(line) }],
  role: (line, ids) => {
    const { users, role, until } = line
    return ['update-members', { users: usersIn(users, ids), role, until, id: ids.command(line) }]
  },
  message: (line, ids) => ['new-message', messageBody(line, ids)],
  edit: (line, ids) => ['edit-message', { ...contentOf(line, ids), ...about(line, ids) }],
  delete: (line, ids) => ['delete-message', about(line, ids)],
  reaction: (line, ids) => ['set-reaction', { reaction: line.reaction, ...about(line, ids) }],
  pin: (line, ids) => ['set-pin', about(line, ids)],
  block: (line, ids) => ['set-block', { user: ids.user(line.blocked, 'blocked'), id: ids.command(line) }],
}

/** The request of a line; throws `LineError` if the line names a user whom no line before it has. */
export const requestOf = (line: Extract<Line, { kind: CommandKind }>, ids: SourceIds): RawRequest => {
  const make = requests[line.kind] as (line: Line, ids: SourceIds) => readonly [RawRequest['event'], object]
  const [event, body] = make(line, ids)
  return 'chat' in line ? { event, room: ids.room(line.chat), body } : { event, body }
}
