import { createHash } from 'node:crypto'
import { operator } from '../../../shared/domain/commands.ts'
import type { ErasedMessages } from '../../../shared/domain/erasure.ts'
import type { NewRecord } from '../../../shared/ports/command-log.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import { hashedId } from '../../../shared/records/hashed-id.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { Erase } from '../../../shared/room-events/erase.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { EraseUser } from '../../../shared/user-events/erase-user.ts'

/** Identifies the content of a command, as the digest of a gateway does. */
const digestOf = (...content: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22)

/** The same range always has the same id, so that a command that is sent again after an interruption is the same command. */
export const eraseCommand = (room: string, { user, from, before }: ErasedMessages, at: string): Erase => {
  const body = { ...(user === undefined ? {} : { user }), from, before }
  const digest = digestOf(operator, 'erase', body)
  return { v: 1, type: 'Erase', stream: room, id: hashedId(`erase ${room} ${digest}`, '9'), digest, user: operator, at, body }
}

/** The command that erases the profile of a user; it has the same id each time. */
export const eraseUserCommand = (user: string, at: string): EraseUser => {
  const id = hashedId(`erase-user ${user}`, '9')
  return { v: 1, type: 'EraseUser', stream: user, id, digest: digestOf(user, 'erase-user', {}), user, at, body: {} }
}

/** The record of a command to which no gateway waits for an answer. */
export const recordOf = (command: Command): NewRecord => ({
  key: command.stream,
  value: writeCommand(command),
  headers: { [recordHeaders.command]: command.id, [recordHeaders.digest]: command.digest },
})
