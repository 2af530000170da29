import { z } from 'zod'
import * as field from './fields.ts'
import type { ProtocolLimits } from './limits.ts'
import { defaultLimits } from './limits.ts'

/**
 * The schema of every frame that a client may send. Unknown fields are
 * refused, so that a typo is not silence. The first five events and their
 * field names never change shape; fields may be added.
 */
export const requestSchemas = (limits: ProtocolLimits) => {
  const users = z.array(field.userId).max(limits.usersPerCommand)
  const someUsers = users.min(1)
  const limit = z.int().min(1).max(limits.pageEntries).optional()
  const resume = z.strictObject({
    rooms: z
      .record(field.chatId, field.seq)
      .refine((rooms) => Object.keys(rooms).length <= limits.resumeRooms, `at most ${limits.resumeRooms} rooms`),
    epoch: z.string().min(1).max(64).optional(),
    max: z.int().min(1).max(10_000).optional(),
  })
  const inRoom = <Event extends string, Body extends z.ZodType>(event: Event, body: Body) =>
    z.strictObject({
      event: z.literal(event),
      id: field.callerId.optional(),
      as: field.userId.optional(),
      room: field.chatId,
      body,
    })
  const outsideRooms = <Event extends string, Body extends z.ZodType>(event: Event, body: Body) =>
    z.strictObject({ event: z.literal(event), id: field.callerId.optional(), as: field.userId.optional(), body })

  return {
    'create-user': outsideRooms(
      'create-user',
      z.strictObject({
        user: z
          .strictObject({ externalUserId: field.externalUserId, name: field.text(1, limits.nameChars).optional() })
          .optional(),
        resume: resume.optional(),
      }),
    ),
    'create-chat': outsideRooms(
      'create-chat',
      z.strictObject({
        chat: z.strictObject({ name: field.text(1, limits.nameChars), id: field.ownId.optional() }),
        users: someUsers,
      }),
    ),
    'list-chats': outsideRooms(
      'list-chats',
      z.strictObject({
        user: z.strictObject({ id: field.userId }),
        query: z.strictObject({ limit, cursor: field.cursor.optional() }).optional(),
      }),
    ),
    'list-messages': outsideRooms(
      'list-messages',
      z.strictObject({
        chat: z.strictObject({ id: field.chatId }),
        query: z
          .strictObject({
            from: field.instant.optional(),
            to: field.instant.optional(),
            after: field.seq.optional(),
            before: field.seq.optional(),
            limit,
            cursor: field.cursor.optional(),
          })
          .optional(),
      }),
    ),
    'new-message': inRoom(
      'new-message',
      z.strictObject({ msg: field.text(1, limits.msgChars), type: field.messageType, id: field.ownId.optional() }),
    ),
    'add-users': inRoom('add-users', z.strictObject({ users: someUsers, id: field.ownId.optional() })),
    'remove-users': inRoom('remove-users', z.strictObject({ users: someUsers, id: field.ownId.optional() })),
    'get-users': outsideRooms(
      'get-users',
      z.union([
        z.strictObject({ users: someUsers }),
        z.strictObject({ externalUserIds: z.array(field.externalUserId).min(1).max(limits.usersPerCommand) }),
      ]),
    ),
    resume: outsideRooms('resume', resume),
    refresh: outsideRooms('refresh', z.strictObject({ token: field.token })),
    ping: outsideRooms('ping', z.strictObject({})),
  }
}

type Schemas = ReturnType<typeof requestSchemas>

export type RequestEvent = keyof Schemas
export type Request = { [Event in RequestEvent]: z.output<Schemas[Event]> }[RequestEvent]
export type RequestOf<Event extends RequestEvent> = Extract<Request, { event: Event }>

/** The names of all events, for tables and metrics. */
export const requestEvents = Object.keys(requestSchemas(defaultLimits)) as readonly RequestEvent[]
