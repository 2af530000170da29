import { z } from 'zod'
import { roleNames } from '../domain/roles.ts'
import { actions } from '../domain/rules.ts'

/**
 * The schemas that several frames of the service share. They are loose: a
 * client ignores fields that it does not know, so a later version may add some.
 */

export const id = z.guid()
export const time = z.iso.datetime({ precision: 3 })

export const userSchema = z.looseObject({
  id,
  externalUserId: z.string(),
  name: z.string().optional(),
  image: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  erased: z.literal(true).optional(),
})
/** The other user of a direct chat. */
export const peerSchema = userSchema.omit({ data: true })
export const storedUserSchema = userSchema.extend({ created_at: time, modified_at: time })
export const role = z.enum(roleNames)
/** The optional content of a chat, as frames show it. `rules` has those that are not the defaults. */
export const chatContentShape = {
  image: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  rules: z
    .looseObject({
      ...Object.fromEntries(actions.map((action) => [action, role.optional()])),
      edit_s: z.int().min(0).optional(),
      retention_days: z.int().min(1).optional(),
    })
    .optional(),
}
export const chatSchema = z.looseObject({
  id,
  name: z.string(),
  users: z.array(id),
  created_at: time,
  modified_at: time,
  ...chatContentShape,
  direct: z.literal(true).optional(),
})
export const attachmentSchema = z.looseObject({
  id,
  name: z.string(),
  mime: z.string(),
  size: z.int().min(1),
  sha256: z.string(),
  width: z.int().min(1).optional(),
  height: z.int().min(1).optional(),
  sig: z.string(),
})
export const messageSchema = z.looseObject({
  id,
  msg: z.string(),
  type: z.string(),
  user_id: id,
  created_at: time,
  modified_at: time,
  data: z.record(z.string(), z.unknown()).optional(),
  mentions: z.union([z.literal('all'), z.array(id)]).optional(),
  attachments: z.array(attachmentSchema).optional(),
  thread: id.optional(),
  reply_to: id.optional(),
  silent: z.literal(true).optional(),
  deleted: z.literal(true).optional(),
})
export const messageChangeSchema = z.looseObject({ id, user_id: id, created_at: time, message: messageSchema })
/** A message as lists show it. */
export const listedMessageSchema = messageSchema.extend({
  seq: z.int().min(1),
  reactions: z.record(z.string(), z.int().min(1)).optional(),
  my_reactions: z.array(z.string()).optional(),
  replies: z.looseObject({ count: z.int().min(0), last_seq: z.int().min(1) }).optional(),
  pinned: z.literal(true).optional(),
})
export const membershipSchema = z.looseObject({
  id,
  chat: z.looseObject({ id, name: z.string() }),
  users: z.array(id),
  user_id: id,
  created_at: time,
  banned: z.array(id).optional(),
})
