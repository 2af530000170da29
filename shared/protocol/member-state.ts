import { z } from 'zod'
import { fieldsFrom } from './feature-level.ts'
import * as field from './fields.ts'
import { requestAboutRoom } from './request-frame.ts'

/** The feature level that introduced read markers, unread counts and settings of members. */
export const memberStateLevel = 3

const gen = z.int().min(0).max(2_147_483_647)
const seq = z.int().min(0)

/** The requests that change the state of the acting user as a member of a chat. */
export const memberStateRequests = (level: number) =>
  fieldsFrom(memberStateLevel, level, {
    'mark-read': requestAboutRoom(
      'mark-read',
      z.strictObject({
        seq: field.seq,
        gen: gen.optional(),
        delivered: field.seq.optional(),
        thread: field.messageId.optional(),
      }),
    ),
    'set-chat-settings': requestAboutRoom(
      'set-chat-settings',
      z.strictObject({ muted_until: field.instant.optional(), hidden: z.boolean().optional() }),
    ),
  })

/** A read marker, as answers and lists show it. */
export const markerSchema = z.looseObject({ seq, gen: z.int().min(0) })

/** The unread messages of a room. */
export const unreadFields = { unread: z.int().min(0), mentions: z.int().min(0), read: markerSchema }

/** The settings of a member. A setting that has no effect is absent. */
export const settingsSchema = z.looseObject({
  muted_until: z.iso.datetime({ precision: 3 }).optional(),
  hidden: z.literal(true).optional(),
})

/** The answers to these requests. */
export const memberStateAnswers = {
  'mark-read': markerSchema.extend({
    unread: z.int().min(0),
    /** Absent if the request names a thread. */
    mentions: z.int().min(0).optional(),
    /** The last seq of the room in the snapshot of the counts. */
    as_of: seq,
  }),
  'set-chat-settings': settingsSchema,
} as const
