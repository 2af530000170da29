import { directChatId } from '../../../shared/records/direct-chat-id.ts'
import { LineError } from './line-fault.ts'
import type { Line, LineOf } from './lines.ts'
import { uuidV5 } from './uuid-v5.ts'

/**
 * The ids in the service for the ids of a source. They are derived from the source's ids, so that a repeated import
 * sends the same commands. Two kinds must be remembered: users, who may have existed before with another id, and direct
 * chats, whose ids follow from their users.
 */
export interface SourceIds {
  /** The id that a new user gets. */
  newUser(id: string): string
  /** Sets the id of a user. */
  setUser(id: string, user: string): void
  /** Whether a line before has this user. */
  hasUser(id: string): boolean
  /** The id of a user; throws `LineError` for `field` if no line before has the user. */
  user(id: string, field: string): string
  /** Remembers the ids that later lines need. */
  note(line: Line): void
  room(chat: string): string
  message(chat: string, id: string): string
  /** The id of the command of a line that has none of its own: equal lines are one command. */
  command(line: Line): string
}

export const createSourceIds = (source: string): SourceIds => {
  const users = new Map<string, string>()
  const directRooms = new Map<string, string>()
  const derived = (...parts: readonly string[]): string => uuidV5(JSON.stringify([source, ...parts]))

  const user = (id: string, field: string): string => {
    const found = users.get(id)
    if (found === undefined) throw new LineError(field, 'no line before this one has a user with this id')
    return found
  }

  const noteDirect = ({ id, user: creator, users: [other = ''] }: LineOf<'chat'>): void => {
    if (users.has(creator) && users.has(other)) directRooms.set(id, directChatId(user(creator, 'user'), user(other, 'users')))
  }

  return {
    newUser: (id) => derived('user', id),
    setUser: (id, found) => void users.set(id, found),
    hasUser: (id) => users.has(id),
    user,
    note: (line) => {
      if (line.kind === 'chat' && line.direct === true) noteDirect(line)
    },
    room: (chat) => directRooms.get(chat) ?? derived('chat', chat),
    message: (chat, id) => derived('message', chat, id),
    command: (line) => derived('line', JSON.stringify(line)),
  }
}
