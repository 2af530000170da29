import { z } from 'zod'

/** The last second of the year 9999, in which a time still has four digits for the year. */
const lastSecond = 253_402_300_799

const seconds = z.number().min(0).max(lastSecond)
/** The time of a message in seconds, which is also its id in its channel. */
const ts = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,9})?$/)
  .refine((text) => Number(text) <= lastSecond)
const id = z.string().min(1).max(200)
const users = z.array(id)

/** A user, in `users.json`. */
export const slackUser = z.looseObject({
  id,
  name: z.string().optional(),
  profile: z
    .looseObject({
      real_name: z.string().optional(),
      display_name: z.string().optional(),
      email: z.string().optional(),
      image_192: z.string().optional(),
    })
    .optional(),
})

/** A channel, a group, or a direct conversation, which has no name. */
export const slackChannel = z.looseObject({
  id,
  name: z.string().min(1).max(200).optional(),
  created: seconds.optional(),
  creator: id.optional(),
  members: users.optional(),
  topic: z.looseObject({ value: z.string() }).optional(),
  purpose: z.looseObject({ value: z.string() }).optional(),
  pins: z.array(z.looseObject({ id: ts })).optional(),
})

/** A message, in the file of its day. */
export const slackMessage = z.looseObject({
  type: z.literal('message'),
  ts,
  subtype: z.string().optional(),
  user: id.optional(),
  bot_id: id.optional(),
  username: z.string().optional(),
  text: z.string().optional(),
  thread_ts: ts.optional(),
  edited: z.looseObject({ ts }).optional(),
  reactions: z.array(z.looseObject({ name: z.string().min(1).max(64), users })).optional(),
  files: z.array(z.looseObject({ name: z.string().optional(), title: z.string().optional() })).optional(),
  attachments: z.array(z.looseObject({ fallback: z.string().optional(), text: z.string().optional() })).optional(),
})

export type SlackUser = z.output<typeof slackUser>
export type SlackChannel = z.output<typeof slackChannel>
export type SlackMessage = z.output<typeof slackMessage>

/** The instant of a time in seconds, as ISO 8601 text with milliseconds. */
export const instantOf = (time: string | number): string => new Date(Math.floor(Number(time) * 1_000)).toISOString()
