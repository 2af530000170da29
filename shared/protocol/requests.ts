import { z } from 'zod'
import { roleNames } from '../domain/roles.ts'
import { chatRulesLevel } from '../room-events/chat-rules-level.ts'
import { messageChangesLevel } from '../room-events/message-content.ts'
import type { RequestedRoomEventName, RoomEventOf } from '../room-events/room-events.ts'
import { allRequestedRoomEvents } from '../room-events/room-events.ts'
import type { UserEventName, UserEventOf } from '../user-events/user-events.ts'
import { allRequestedUserEvents } from '../user-events/user-events.ts'
import { fileRequests } from './attachments.ts'
import { fieldsFrom, peopleLevel, supportedLevel } from './feature-level.ts'
import * as field from './fields.ts'
import type { ProtocolLimits } from './limits.ts'
import { defaultLimits } from './limits.ts'
import { memberStateRequests } from './member-state.ts'
import { requestOutsideRooms } from './request-frame.ts'
import { signalRequests } from './signals.ts'

type RoomRequests = { readonly [Name in RequestedRoomEventName]: ReturnType<RoomEventOf<Name>['request']> }

/** The requests of the room events that this level has. */
const roomRequests = (limits: ProtocolLimits, level: number): RoomRequests =>
  Object.fromEntries(
    allRequestedRoomEvents.filter((event) => event.level <= level).map((event) => [event.name, event.request(limits, level)]),
  ) as RoomRequests

type UserRequests = { readonly [Name in UserEventName]: ReturnType<UserEventOf<Name>['request']> }

/** The requests of the user events that this level has. */
const userRequests = (limits: ProtocolLimits, level: number): UserRequests =>
  Object.fromEntries(
    allRequestedUserEvents.filter((event) => event.level <= level).map((event) => [event.name, event.request(limits)]),
  ) as UserRequests

/** The queries about one message. */
const messageQueries = (limits: ProtocolLimits, level: number) => {
  const page = { limit: z.int().min(1).max(limits.pageEntries).optional(), cursor: field.cursor.optional() }
  const about = { chat: z.strictObject({ id: field.chatId }), message: field.messageId }
  return fieldsFrom(messageChangesLevel, level, {
    'list-reactions': requestOutsideRooms(
      'list-reactions',
      z.strictObject({ ...about, query: z.strictObject({ reaction: field.reaction.optional(), ...page }).optional() }),
    ),
    'get-message-versions': requestOutsideRooms(
      'get-message-versions',
      z.strictObject({ ...about, query: z.strictObject(page).optional() }),
    ),
  })
}

/** The queries about the members of a chat. */
const memberQueries = (limits: ProtocolLimits, level: number) =>
  fieldsFrom(chatRulesLevel, level, {
    'list-members': requestOutsideRooms(
      'list-members',
      z.strictObject({
        chat: z.strictObject({ id: field.chatId }),
        query: z
          .strictObject({
            role: z.enum(roleNames).optional(),
            banned: z.boolean().optional(),
            limit: z.int().min(1).max(limits.pageEntries).optional(),
            cursor: field.cursor.optional(),
          })
          .optional(),
      }),
    ),
  })

/**
 * The schema of every frame that a client may send. Unknown fields are
 * refused, so that a typo is reported. The first five events and their
 * field names never change shape; fields may be added. Events and fields that a
 * later feature level introduces are absent. No field has a default, so that the
 * digest of a command is the same in every version.
 */
export const requestSchemas = (limits: ProtocolLimits, level: number = supportedLevel) => {
  const limit = z.int().min(1).max(limits.pageEntries).optional()
  const resume = z.strictObject({
    rooms: z
      .record(field.chatId, field.seq)
      .refine((rooms) => Object.keys(rooms).length <= limits.resumeRooms, `at most ${limits.resumeRooms} rooms`),
    epoch: z.string().min(1).max(64).optional(),
    max: z.int().min(1).max(10_000).optional(),
  })

  return {
    'create-user': requestOutsideRooms(
      'create-user',
      z.strictObject({
        user: z
          .strictObject({ externalUserId: field.externalUserId, name: field.text(1, limits.nameChars).optional() })
          .optional(),
        resume: resume.optional(),
      }),
    ),
    ...roomRequests(limits, level),
    ...userRequests(limits, level),
    'list-chats': requestOutsideRooms(
      'list-chats',
      z.strictObject({
        user: z.strictObject({ id: field.userId }),
        query: z.strictObject({ limit, cursor: field.cursor.optional() }).optional(),
      }),
    ),
    'list-messages': requestOutsideRooms(
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
            ...fieldsFrom(messageChangesLevel, level, {
              thread: field.messageId.optional(),
              replies: z.boolean().optional(),
              pinned: z.boolean().optional(),
            }),
          })
          .optional(),
      }),
    ),
    ...messageQueries(limits, level),
    ...memberQueries(limits, level),
    ...memberStateRequests(level),
    ...fileRequests(limits, level),
    ...fieldsFrom(peopleLevel, level, {
      'list-blocks': requestOutsideRooms(
        'list-blocks',
        z.strictObject({ query: z.strictObject({ limit, cursor: field.cursor.optional() }).optional() }),
      ),
    }),
    'get-users': requestOutsideRooms(
      'get-users',
      z.union([
        z.strictObject({ users: z.array(field.userId).min(1).max(limits.usersPerCommand) }),
        z.strictObject({ externalUserIds: z.array(field.externalUserId).min(1).max(limits.usersPerCommand) }),
      ]),
    ),
    ...signalRequests(limits, level),
    resume: requestOutsideRooms('resume', resume),
    refresh: requestOutsideRooms('refresh', z.strictObject({ token: field.token })),
    ping: requestOutsideRooms('ping', z.strictObject({})),
  }
}

type Schemas = ReturnType<typeof requestSchemas>

export type RequestEvent = keyof Schemas
export type Request = { [Event in RequestEvent]: z.output<Schemas[Event]> }[RequestEvent]
export type RequestOf<Event extends RequestEvent> = Extract<Request, { event: Event }>

/** The names of the events that a feature level has. */
export const requestEventsAt = (level: number): readonly RequestEvent[] =>
  Object.keys(requestSchemas(defaultLimits, level)) as readonly RequestEvent[]

/** The names of all events, for tables and metrics. */
export const requestEvents = requestEventsAt(supportedLevel)
