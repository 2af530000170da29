import type { LogRecord } from '../../shared/ports/command-log.ts'
import { readCommand } from '../../shared/records/command-record.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import { readsOf } from './read-set.ts'

/** A record whose command can be decided. */
export interface CommandEntry {
  readonly record: LogRecord
  readonly command: Command
}

/** A record to be set aside, and why; the reason never holds content. */
export interface Faulty {
  readonly record: LogRecord
  readonly reason: string
}

/** What may stand between quotes in a publication's line without being escaped. */
export const isPlain = (text: string): boolean => /^[\w+/=.:-]{0,200}$/.test(text)

const isLowerCase = (id: string): boolean => id === id.toLowerCase()

const named = (command: Command): readonly string[] => {
  if (command.type === 'CreateUser') return [command.id]
  const { members, added } = readsOf(command)
  return [command.stream, command.id, command.user, ...members, ...added]
}

/**
 * What a well-formed command may still get wrong. Each of these would be
 * decided against a state that was read under another name, and so clash for
 * ever or end in another's stream.
 */
const flawOf = (record: LogRecord, command: Command): string | undefined => {
  if (record.key !== command.stream) return 'the key is not the room'
  if (!isPlain(command.digest)) return 'digest: not plain text'
  if (!named(command).every(isLowerCase)) return 'an id is not in lower case'
  if (command.type === 'CreateChat' && command.id !== command.stream) return 'id: not the chat itself'
  if (command.type === 'CreateUser' && command.body.externalUserId !== command.stream) return 'body.externalUserId: not the key'
  return undefined
}

/** Reads a record's command, or tells why it is poison. */
export const readRecord = (record: LogRecord): CommandEntry | Faulty => {
  try {
    const command = readCommand(record.value)
    const reason = flawOf(record, command)
    return reason === undefined ? { record, command } : { record, reason }
  } catch (error) {
    return { record, reason: error instanceof Error ? error.message : 'unreadable command' }
  }
}
