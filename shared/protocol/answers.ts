import { z } from 'zod'
import type { ErrorCode } from './errors.ts'
import { errors } from './errors.ts'

/**
 * The schema of every frame that the service sends: answers to requests,
 * frames of a room's feed, and errors. They are loose: a client ignores what
 * it does not know, so a later version may add fields.
 */

const id = z.guid()
const time = z.iso.datetime({ precision: 3 })
const seq = z.int().min(0)
const codes = Object.keys(errors) as [ErrorCode, ...ErrorCode[]]

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
/** Why a room was not recovered. */
export const resumeReasons = ['too_many', 'forbidden', 'ahead', 'epoch'] as const
export type ResumeReason = (typeof resumeReasons)[number]

const resumedRoom = z.looseObject({
  seq,
  recovered: z.boolean(),
  reason: z.enum(resumeReasons).optional(),
})

/** The body of the answer to each event. */
export const answerBodies = {
  'create-user': z.looseObject({ user: storedUserSchema }),
  'create-chat': z.looseObject({ chat: chatSchema, user_id: id }),
  'list-chats': z.looseObject({ chats: z.array(chatSchema.extend({ seq })), next_cursor: z.string().optional() }),
  'list-messages': z.looseObject({ messages: z.array(messageSchema.extend({ seq })), next_cursor: z.string().optional() }),
  'new-message': messageSchema,
  'add-users': membershipSchema,
  'remove-users': membershipSchema,
  'get-users': z.looseObject({ users: z.array(userSchema) }),
  resume: z.looseObject({
    rooms: z.record(z.guid(), resumedRoom),
    others: z.record(z.guid(), seq).optional(),
    epoch: z.string(),
  }),
  refresh: z.looseObject({ expires_at: time.optional() }),
  ping: z.looseObject({ now: time }),
} as const

export type AnswerEvent = keyof typeof answerBodies
export type AnswerBody<Event extends AnswerEvent> = z.output<(typeof answerBodies)[Event]>

/** The events that make up a room's feed. */
export const feedEvents = ['create-chat', 'new-message', 'add-users', 'remove-users'] as const
export type FeedEvent = (typeof feedEvents)[number]

const error = z.looseObject({
  code: z.enum(codes),
  message: z.string(),
  retryable: z.boolean(),
  retry_after_ms: z.number().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})

const answer = <Event extends AnswerEvent>(event: Event) =>
  z.looseObject({
    event: z.literal(event),
    id: z.string().optional(),
    seq: z.never().optional(),
    body: answerBodies[event],
  })

const feed = <Event extends FeedEvent>(event: Event) => answer(event).extend({ room: id, seq: seq.min(1) })

/**
 * An error for a request (`event` and `id` are the request's), or for a frame that could not be parsed (`event: "error"`).
 * A request whose `id` is a number is refused under that number.
 */
export const errorFrame = z.looseObject({ event: z.string(), id: z.union([z.string(), z.int()]).optional(), error })

/** Answers: no top-level `seq`. Without an `id` if the request had none. */
export const answerFrames = {
  'create-user': answer('create-user'),
  'create-chat': answer('create-chat'),
  'list-chats': answer('list-chats'),
  'list-messages': answer('list-messages'),
  'new-message': answer('new-message'),
  'add-users': answer('add-users'),
  'remove-users': answer('remove-users'),
  'get-users': answer('get-users'),
  resume: answer('resume'),
  refresh: answer('refresh'),
  ping: answer('ping'),
} as const satisfies Record<AnswerEvent, z.ZodType>

/** Frames of a room's feed. With an `id` on the socket that asked for the event. */
export const feedFrames = {
  'create-chat': feed('create-chat'),
  'new-message': feed('new-message'),
  'add-users': feed('add-users'),
  'remove-users': feed('remove-users'),
} as const satisfies Record<FeedEvent, z.ZodType>

/** What the service says of itself, unasked. */
export const serverPushes = {
  drain: z.looseObject({
    event: z.literal('drain'),
    id: z.never().optional(),
    body: z.looseObject({ delay_ms: z.int().min(0) }),
  }),
  reset: z.looseObject({
    event: z.literal('reset'),
    id: z.never().optional(),
    body: z.looseObject({ room: id, seq: z.int().min(0), reason: z.enum(resumeReasons) }),
  }),
} as const

/** Any frame that the service sends. A top-level `seq` makes it a feed frame. */
export const serverFrame = z.union([
  errorFrame,
  ...Object.values(feedFrames),
  ...Object.values(answerFrames),
  ...Object.values(serverPushes),
])
