import { z } from 'zod'
import { peopleLevel, userRefLevel } from './feature-level.ts'

/** The largest correlation string a caller may use, in UTF-16 code units. */
export const callerIdChars = 64

const isText = (value: string): boolean => value.isWellFormed() && !value.includes('\0')

/**
 * Text that every part of the service stores and returns unchanged:
 * well-formed Unicode (Postgres and the wire would otherwise replace lone
 * surrogates) without U+0000 (which Postgres refuses).
 */
export const text = (minChars: number, maxChars: number) =>
  z.string().min(minChars).max(maxChars).refine(isText, 'must be well-formed Unicode without U+0000')

/** The id of a user outside of the service; the subject of its token. */
export const externalUserId = text(1, 200)

/** A UUID, in lower case afterwards, so that one id has one spelling. */
const uuid = (meaning: string) =>
  z.guid({ error: ({ input }) => (input === undefined ? 'is missing' : `must be ${meaning}`) }).toLowerCase()

export const userId = uuid('the id of a user, a UUID that create-user or get-users returns; an external id is not accepted here')

const userIdOrRef = uuid(
  'the id of a user, a UUID that create-user or get-users returns, or an object like { "externalUserId": "bob" }',
)

const externalRef = z.strictObject({ externalUserId })

/** A user, by the id that the service gave or by its external id. */
export type RequestedUser = string | z.output<typeof externalRef>

/** A user to be a member, by either id. Below `userRefLevel`: by the id that the service gave. */
export const userRef = (level: number): z.ZodType<RequestedUser> =>
  level >= userRefLevel ? z.union([userIdOrRef, externalRef]) : userId

export const chatId = uuid('the id of a chat, a UUID that create-chat or list-chats returns')

export const messageId = uuid('the id of a message, a UUID')

/** The image of a user or a chat, for example its URL; the service does not read it. Empty: none. */
export const image = text(0, 1_024)

/** The key of a reaction: an emoji, or a name that the application defines. */
export const reaction = text(1, 64)

/** An id that the client creates, so that the request can be sent again. */
export const ownId = uuid('a UUID that the client makes')

/** The id of a new chat that the client creates. From `peopleLevel` on, version 8 is reserved for ids that the service derives. */
export const ownChatId = (level: number): z.ZodType<string> =>
  level >= peopleLevel ? ownId.refine((id) => id[14] !== '8', 'must not be a UUID of version 8') : ownId

/** The caller's own correlation string. */
export const callerId = text(1, callerIdChars)

const lastInstant = Date.parse('9999-12-31T23:59:59.999Z')

/** An instant, ISO-8601 with a zone; normalised to UTC with milliseconds. Years have four digits, so that texts are in the order of time. */
export const instant = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(Math.min(Date.parse(value), lastInstant)).toISOString())

export const messageType = z.string().regex(/^[a-z][a-z0-9._-]{0,31}$/)

export const seq = z.int().min(0)

/** A JWT; this schema checks only its length, verification the rest. */
export const token = z.string().min(1).max(16_384)

/** An opaque position in a list, as received in `next_cursor`. The longest names a reaction, of up to 384 bytes in JSON. */
export const cursor = z.string().min(1).max(1_024)
