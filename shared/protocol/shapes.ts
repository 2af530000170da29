import { z } from 'zod'

/**
 * The schemas that several frames of the service share. They are loose: a
 * client ignores fields that it does not know, so a later version may add some.
 */

export const id = z.guid()
export const time = z.iso.datetime({ precision: 3 })

export const userSchema = z.looseObject({ id, externalUserId: z.string(), name: z.string().optional() })
export const storedUserSchema = userSchema.extend({ created_at: time, modified_at: time })
export const chatSchema = z.looseObject({ id, name: z.string(), users: z.array(id), created_at: time, modified_at: time })
export const messageSchema = z.looseObject({
  id,
  msg: z.string(),
  type: z.string(),
  user_id: id,
  created_at: time,
  modified_at: time,
})
export const membershipSchema = z.looseObject({
  id,
  chat: z.looseObject({ id, name: z.string() }),
  users: z.array(id),
  user_id: id,
  created_at: time,
})
