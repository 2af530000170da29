import type { LogRecord } from '../../shared/ports/command-log.ts'
import { readCommand } from '../../shared/records/command-record.ts'
import { directChatId } from '../../shared/records/direct-chat-id.ts'
import type { CreateChat } from '../../shared/room-events/create-chat.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import { isUserCommand } from '../../shared/user-events/find-user-event.ts'
import { namedIn, readsOf } from './read-set.ts'

/** A record whose command can be decided. */
export interface CommandEntry {
  readonly record: LogRecord
  readonly command: Command
}

/** A record for the dead-letter topic. `reason` contains no message content. */
export interface UnusableRecord {
  readonly record: LogRecord
  readonly reason: string
}

/** Whether a text can stand between quotes in a line of a publication without escapes. */
export const isPlain = (text: string): boolean => /^[\w+/=.:-]{0,200}$/.test(text)

const isLowerCase = (id: string): boolean => id === id.toLowerCase()

const named = (command: Command): readonly string[] => {
  if (command.type === 'CreateUser') return [command.id]
  if (isUserCommand(command)) return [command.stream, command.id, command.user, ...namedIn(command)]
  const { members, added } = readsOf(command)
  return [command.stream, command.id, command.user, ...members, ...added]
}

/** Whether a direct chat has the id of its two users, and one of them opens it. */
const isOfPair = ({ stream, user, body: { users } }: CreateChat): boolean => {
  const [one = '', other = ''] = users
  return users.length === 2 && users.includes(user) && stream === directChatId(one, other)
}

/**
 * The defect of a command that the schema accepts; undefined: none. Such a
 * command would be decided with a state that was read under another key: every
 * append would be stale, or the event would be stored in another stream.
 */
const flawOf = (record: LogRecord, command: Command): string | undefined => {
  if (record.key !== command.stream) return 'the key is not the room'
  if (!isPlain(command.digest)) return 'digest: not plain text'
  if (!named(command).every(isLowerCase)) return 'an id is not in lower case'
  if (isUserCommand(command) && command.user !== command.stream) return 'user: not the key'
  if (command.type === 'CreateChat' && command.id !== command.stream) return 'id: not the chat itself'
  if (command.type === 'CreateChat' && command.body.direct === true && !isOfPair(command)) return 'id: not that of the two users'
  if (command.type === 'CreateUser' && command.body.externalUserId !== command.stream) return 'body.externalUserId: not the key'
  return undefined
}

/** Parses and checks the command of a record; returns a `Faulty` with the reason if that fails. Never throws. */
export const readRecord = (record: LogRecord): CommandEntry | UnusableRecord => {
  try {
    const command = readCommand(record.value)
    const reason = flawOf(record, command)
    return reason === undefined ? { record, command } : { record, reason }
  } catch (error) {
    return { record, reason: error instanceof Error ? error.message : 'unreadable command' }
  }
}
