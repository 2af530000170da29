import { z } from 'zod'
import type { Command } from '../domain/commands.ts'
import { parseJson } from '../protocol/parse-json.ts'

const head = {
  v: z.literal(1),
  room: z.guid(),
  id: z.guid(),
  digest: z.string(),
  user: z.guid(),
  at: z.iso.datetime({ precision: 3 }),
}
const users = z.array(z.guid())

const commandSchema = z.discriminatedUnion('type', [
  z.object({ ...head, type: z.literal('CreateChat'), body: z.object({ name: z.string(), users }) }),
  z.object({ ...head, type: z.literal('PostMessage'), body: z.object({ msg: z.string(), type: z.string() }) }),
  z.object({ ...head, type: z.literal('AddUsers'), body: z.object({ users }) }),
  z.object({ ...head, type: z.literal('RemoveUsers'), body: z.object({ users }) }),
  z.object({
    v: z.literal(1),
    type: z.literal('CreateUser'),
    room: z.string().min(1),
    id: z.guid(),
    digest: z.string(),
    at: head.at,
    body: z.object({ externalUserId: z.string(), name: z.string().optional() }),
  }),
])

/** The text of a command on the log. */
export const writeCommand = (command: Command): string => JSON.stringify(command)

/**
 * Reads a command back. Unknown fields are ignored, so that an older writer
 * reads a newer gateway's records; an unknown `v` or `type` is an error.
 * Throws an `Error` whose message names field and reason, never content.
 */
export const readCommand = (value: string): Command => {
  const parsed = commandSchema.safeParse(parseJson(value))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Error(`unreadable command: ${issue?.path.join('.') || 'record'}: ${issue?.code ?? 'invalid'}`)
}
