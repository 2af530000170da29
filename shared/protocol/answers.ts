import { z } from 'zod'
import type { RoomEventName, RoomEventOf } from '../room-events/room-events.ts'
import { roomEventNames, roomEvents } from '../room-events/room-events.ts'
import type { UserEventName, UserEventOf } from '../user-events/user-events.ts'
import { userEventNames, userEvents } from '../user-events/user-events.ts'
import { fileAnswers } from './attachments.ts'
import type { ErrorCode } from './errors.ts'
import { errors } from './errors.ts'
import { markerSchema, memberStateAnswers, settingsSchema, unreadFields } from './member-state.ts'
import {
  chatSchema,
  id,
  listedMessageSchema,
  messageSchema,
  peerSchema,
  role,
  storedUserSchema,
  time,
  userSchema,
} from './shapes.ts'
import { signalAnswers, signalPushes } from './signals.ts'

/**
 * The schema of every frame that the service sends: answers to requests,
 * frames of a room's feed, and errors. They are loose: a client ignores what
 * it does not know, so a later version may add fields.
 */

const seq = z.int().min(0)
const codes = Object.keys(errors) as [ErrorCode, ...ErrorCode[]]

/** Why a room was not recovered. */
export const resumeReasons = ['too_many', 'forbidden', 'ahead', 'epoch'] as const
export type ResumeReason = (typeof resumeReasons)[number]

const resumedRoom = z.looseObject({
  seq,
  recovered: z.boolean(),
  reason: z.enum(resumeReasons).optional(),
})

/** A chat as lists show it. The service sends the state of the member from the feature level `memberStateLevel` on. */
const listedChat = chatSchema.extend({
  seq,
  peer: peerSchema.optional(),
  ...z.object(unreadFields).partial().shape,
  settings: settingsSchema.optional(),
  role: role.optional(),
  role_until: time.optional(),
  role_after: role.optional(),
})

type RoomBodies = { readonly [Name in RoomEventName]: RoomEventOf<Name>['feedBody'] }

type UserBodies = { readonly [Name in UserEventName]: UserEventOf<Name>['answerBody'] }

/** The body of the answer to each event. */
export const answerBodies = {
  'create-user': z.looseObject({
    user: storedUserSchema,
    features: z.array(z.string()).optional(),
    level: z.int().min(1).optional(),
  }),
  ...(Object.fromEntries(roomEventNames.map((name) => [name, roomEvents[name].feedBody])) as RoomBodies),
  ...(Object.fromEntries(userEventNames.map((name) => [name, userEvents[name].answerBody])) as UserBodies),
  'list-chats': z.looseObject({ chats: z.array(listedChat), next_cursor: z.string().optional() }),
  'list-messages': z.looseObject({
    messages: z.array(listedMessageSchema),
    /** The last seq of the room in the snapshot of the page. */
    as_of: seq.optional(),
    /** In the list of a thread: the marker of the user, if it has one. */
    read: markerSchema.optional(),
    next_cursor: z.string().optional(),
  }),
  'list-reactions': z.looseObject({
    reactions: z.array(z.looseObject({ reaction: z.string(), user_id: id, seq })),
    next_cursor: z.string().optional(),
  }),
  'get-message-versions': z.looseObject({
    versions: z.array(messageSchema.extend({ seq })),
    next_cursor: z.string().optional(),
  }),
  'list-members': z.looseObject({
    members: z.array(
      z.looseObject({
        user_id: id,
        role: role.optional(),
        until: time.optional(),
        role_after: role.optional(),
        since: seq.min(1).optional(),
        read: markerSchema.optional(),
        delivered: seq.min(1).optional(),
      }),
    ),
    next_cursor: z.string().optional(),
  }),
  ...memberStateAnswers,
  ...fileAnswers,
  'list-blocks': z.looseObject({
    blocks: z.array(z.looseObject({ user_id: id, created_at: time })),
    next_cursor: z.string().optional(),
  }),
  'get-users': z.looseObject({ users: z.array(userSchema) }),
  ...signalAnswers,
  resume: z.looseObject({
    rooms: z.record(z.guid(), resumedRoom),
    others: z.record(z.guid(), seq).optional(),
    unread: z.record(z.guid(), z.looseObject(unreadFields)).optional(),
    epoch: z.string(),
  }),
  refresh: z.looseObject({ expires_at: time.optional() }),
  ping: z.looseObject({ now: time }),
} as const

export type AnswerEvent = keyof typeof answerBodies
export type AnswerBody<Event extends AnswerEvent> = z.output<(typeof answerBodies)[Event]>

/** The events that make up a room's feed. */
export const feedEvents = roomEventNames
export type FeedEvent = RoomEventName

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

const answerEvents = Object.keys(answerBodies) as readonly AnswerEvent[]

/** Answers: no top-level `seq`. Without an `id` if the request had none. */
export const answerFrames = Object.fromEntries(answerEvents.map((event) => [event, answer(event)])) as {
  readonly [Event in AnswerEvent]: ReturnType<typeof answer<Event>>
}

/** Frames of a room's feed. On the socket that requested the event, the frame has the `id` of the request. */
export const feedFrames = Object.fromEntries(feedEvents.map((event) => [event, feed(event)])) as {
  readonly [Event in FeedEvent]: ReturnType<typeof feed<Event>>
}

/** Frames that the service sends without a request. */
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
  ...signalPushes,
  features: z.looseObject({
    event: z.literal('features'),
    id: z.never().optional(),
    body: z.looseObject({ features: z.array(z.string()), level: z.int().min(1) }),
  }),
} as const

/** Any frame that the service sends. A top-level `seq` makes it a feed frame. */
export const serverFrame = z.union([
  errorFrame,
  ...Object.values(feedFrames),
  ...Object.values(answerFrames),
  ...Object.values(serverPushes),
])
