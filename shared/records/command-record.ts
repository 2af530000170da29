import { z } from 'zod'
import { parseJson } from '../protocol/parse-json.ts'
import type { Command } from '../room-events/room-events.ts'
import { allRoomEvents } from '../room-events/room-events.ts'
import { allUserEvents } from '../user-events/user-events.ts'

const head = {
  v: z.literal(1),
  id: z.guid(),
  digest: z.string(),
  at: z.iso.datetime({ precision: 3 }),
}

const createUser = z.object({
  ...head,
  type: z.literal('CreateUser'),
  room: z.string().min(1),
  body: z.object({ externalUserId: z.string(), name: z.string().optional() }),
})

const commandSchema = z.discriminatedUnion('type', [
  createUser,
  ...[...allRoomEvents, ...allUserEvents].map(({ command, commandBody }) =>
    z.object({ ...head, room: z.guid(), user: z.guid(), type: z.literal(command), body: commandBody }),
  ),
])

/** The text of a command on the log. Its stream is written as `room`, the name that every version reads. */
export const writeCommand = ({ v, type, stream, ...rest }: Command): string => JSON.stringify({ v, type, room: stream, ...rest })

/**
 * Reads a command back. Unknown fields are ignored, so that an older writer
 * reads a newer gateway's records; an unknown `v` or `type` is an error.
 * Throws an `Error` whose message names field and reason, never content.
 */
export const readCommand = (value: string): Command => {
  const parsed = commandSchema.safeParse(parseJson(value))
  if (parsed.success) {
    const { room: stream, ...rest } = parsed.data
    return { ...rest, stream } as Command
  }
  const issue = parsed.error.issues[0]
  throw new Error(`unreadable command: ${issue?.path.join('.') || 'record'}: ${issue?.code ?? 'invalid'}`)
}
