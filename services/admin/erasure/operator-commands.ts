import { createHash, randomUUID } from 'node:crypto'
import { operator } from '../../../shared/domain/commands.ts'
import type { ErasedMessages } from '../../../shared/domain/erasure.ts'
import type { NewRecord } from '../../../shared/ports/command-log.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { Erase } from '../../../shared/room-events/erase.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { EraseUser } from '../../../shared/user-events/erase-user.ts'

/** Identifies the content of a command, as the digest of a gateway does. */
const digestOf = (...content: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22)

/**
 * A command that erases a range. Its id is random: a client could use an id that it can derive for a command of its own, so that
 * the erasure would never be decided. A range that is erased twice is erased once.
 */
export const eraseCommand = (room: string, { user, from, before }: ErasedMessages, at: string): Erase => {
  const body = { ...(user === undefined ? {} : { user }), from, before }
  const digest = digestOf(operator, 'erase', body)
  return { v: 1, type: 'Erase', stream: room, id: randomUUID(), digest, user: operator, at, body }
}

/** A command that erases the profile of a user. */
export const eraseUserCommand = (user: string, at: string): EraseUser => ({
  v: 1,
  type: 'EraseUser',
  stream: user,
  id: randomUUID(),
  digest: digestOf(user, 'erase-user', {}),
  user,
  at,
  body: {},
})

/** The record of a command to which no gateway waits for an answer. */
export const recordOf = (command: Command): NewRecord => ({
  key: command.stream,
  value: writeCommand(command),
  headers: { [recordHeaders.command]: command.id, [recordHeaders.digest]: command.digest },
})
