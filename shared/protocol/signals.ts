import { z } from 'zod'
import { fieldsFrom } from './feature-level.ts'
import * as field from './fields.ts'
import { dataObject } from './json-data.ts'
import type { ProtocolLimits } from './limits.ts'
import { settingsSchema } from './member-state.ts'
import { requestAboutRoom, requestOutsideRooms } from './request-frame.ts'
import { id, time } from './shapes.ts'
import { signalLevel } from './signal-level.ts'

/**
 * Signals concern the present moment: typing, presence, a changed profile, a
 * moved read marker, changed settings, custom live data. They have no seq, are not stored, and may be lost.
 */

/** Users that one signal names in `to`. */
const recipients = 20

/** `typing`, or a name that the application defines. */
const kind = z.string().regex(/^(typing|x\.[a-z0-9][a-z0-9._-]{0,29})$/, 'must be typing, or x. and a name of the application')

/** The requests about signals. */
export const signalRequests = (limits: ProtocolLimits, level: number) =>
  fieldsFrom(signalLevel, level, {
    watch: requestOutsideRooms(
      'watch',
      z.strictObject({
        rooms: z.array(field.chatId).max(limits.watchRooms).optional(),
        users: z.array(field.userId).max(limits.watchUsers).optional(),
      }),
    ),
    signal: requestAboutRoom(
      'signal',
      z.strictObject({
        kind,
        data: dataObject(limits.signalBytes).optional(),
        to: z.array(field.userId).min(1).max(recipients).optional(),
      }),
    ),
  })

/** The bodies of the answers. `online`: null if the service does not know. */
export const signalAnswers = {
  watch: z.looseObject({
    rooms: z.record(z.guid(), z.looseObject({ signals: z.boolean(), typing: z.array(id) })),
    users: z.record(z.guid(), z.looseObject({ online: z.boolean().nullable(), modified_at: time })),
  }),
  signal: z.looseObject({ sent: z.boolean() }),
} as const

const push = <Event extends string, Body extends z.ZodType>(event: Event, body: Body) =>
  z.looseObject({ event: z.literal(event), id: z.never().optional(), seq: z.never().optional(), body })

/** The pushes to those who watch. */
export const signalPushes = {
  signal: push(
    'signal',
    z.looseObject({
      user_id: id,
      kind: z.string(),
      data: z.record(z.string(), z.unknown()).optional(),
      ttl_ms: z.int().min(1),
    }),
  ).extend({ room: id }),
  presence: push('presence', z.looseObject({ user_id: id, online: z.boolean().nullable() })),
  /** Without the profile, so that its size is bounded and a forged signal shows nothing false: clients read the user again. */
  profile: push('profile', z.looseObject({ user_id: id })),
  read: push(
    'read',
    z.looseObject({
      user_id: id,
      seq: z.int().min(0),
      gen: z.int().min(0).optional(),
      delivered: z.int().min(0).optional(),
    }),
  ).extend({ room: id }),
  settings: push('settings', settingsSchema).extend({ room: id }),
} as const
