import { z } from 'zod'
import { roleNames } from '../../../shared/domain/roles.ts'
import * as field from '../../../shared/protocol/fields.ts'

/** The version of the format, in the first line of a file. */
export const formatVersion = 1

/** An id of the system that the file comes from: any text, not only a UUID. */
const id = field.text(1, 200)
const created_at = field.instant
/** The schemas of the protocol check these values when the line becomes a request. */
const checkedLater = { text: z.string(), json: z.unknown() }
const content = {
  msg: checkedLater.text,
  type: checkedLater.text.optional(),
  data: checkedLater.json.optional(),
  mentions: z.union([z.literal('all'), z.array(id)]).optional(),
}
const chatContent = {
  image: checkedLater.text.optional(),
  data: checkedLater.json.optional(),
  rules: checkedLater.json.optional(),
}
/** `user`: the acting user. */
const inChat = { chat: id, user: id, created_at }
const onMessage = { chat: id, message: id, user: id, created_at }

const line = <Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.strictObject({ kind: z.literal(kind), ...shape })

/** The schema of each kind of line. The lines of a chat stand in the order in which they happened. */
export const lineSchemas = {
  /** The first line of a file. `source` names the system whose ids the file has: the ids of an import are derived from both. */
  export: line('export', { version: z.literal(formatVersion), source: id, exported_at: created_at.optional() }),
  user: line('user', {
    id,
    externalUserId: field.externalUserId,
    name: checkedLater.text.optional(),
    image: checkedLater.text.optional(),
    data: checkedLater.json.optional(),
    created_at,
  }),
  /** A new chat. `users`: its first members besides the creator. */
  chat: line('chat', {
    id,
    user: id,
    users: z.array(id),
    name: checkedLater.text.optional(),
    direct: z.literal(true).optional(),
    ...chatContent,
    created_at,
  }),
  update: line('update', { ...inChat, name: checkedLater.text.optional(), ...chatContent }),
  join: line('join', { ...inChat, users: z.array(id).min(1) }),
  leave: line('leave', { ...inChat, users: z.array(id).min(1), ban: z.literal(true).optional() }),
  role: line('role', { ...inChat, users: z.array(id).min(1), role: z.enum(roleNames), until: field.instant.optional() }),
  /** A message. `deleted`: its text is gone, and a `delete` line follows. */
  message: line('message', {
    ...inChat,
    id,
    ...content,
    thread: id.optional(),
    reply_to: id.optional(),
    silent: z.literal(true).optional(),
    deleted: z.literal(true).optional(),
  }),
  edit: line('edit', { ...onMessage, ...content }),
  delete: line('delete', onMessage),
  reaction: line('reaction', { ...onMessage, reaction: checkedLater.text }),
  pin: line('pin', onMessage),
  block: line('block', { user: id, blocked: id, created_at }),
} as const

type LineSchemas = typeof lineSchemas

/** The kind of a line. */
export type LineKind = keyof LineSchemas
/** A line of a kind, as a program reads it. */
export type LineOf<Kind extends LineKind> = z.output<LineSchemas[Kind]>
/** Any line. */
export type Line = { [Kind in LineKind]: LineOf<Kind> }[LineKind]
