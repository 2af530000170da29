import { z } from 'zod'
import { fieldsFrom } from './feature-level.ts'
import * as field from './fields.ts'
import type { ProtocolLimits } from './limits.ts'
import { requestAboutRoom } from './request-frame.ts'
import { attachmentSchema, id, time } from './shapes.ts'

/** The feature level that introduced files of messages. */
export const attachmentsLevel = 3

/** Messages that one `get-files` names. */
export const messagesPerGetFiles = 50

/** Characters of the name of a file, in UTF-16 code units. */
const nameChars = 255

/** Separators of paths, control characters, and the characters that reverse the order of a text and so hide the true ending of a name. */
const unsafeInName = /[/\\\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

const fileName = field
  .text(1, nameChars)
  .refine((name) => !unsafeInName.test(name), 'must not have control characters, /, \\ or marks of direction')

const mime = z
  .string()
  .max(255)
  .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/, 'must be a media type in lower case, like image/png')

const pixels = z.int().min(1).max(65_535).optional()

/** The fields by which a client describes a file. */
const described = ({ fileBytes }: ProtocolLimits) => ({
  name: fileName,
  mime,
  size: z.int().min(1).max(fileBytes),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal, in lower case'),
  width: pixels,
  height: pixels,
})

/** A file in a request, as `create-upload` has answered it. */
const attachment = (limits: ProtocolLimits) =>
  z.strictObject({ id: field.ownId, ...described(limits), sig: z.string().length(43) })

/** The files of a message, in a request. */
export const attachmentFields = (limits: ProtocolLimits, level: number) =>
  fieldsFrom(attachmentsLevel, level, { attachments: z.array(attachment(limits)).min(1).max(limits.attachments).optional() })

/** The requests about files. */
export const fileRequests = (limits: ProtocolLimits, level: number) =>
  fieldsFrom(attachmentsLevel, level, {
    'create-upload': requestAboutRoom('create-upload', z.strictObject({ file: z.strictObject(described(limits)) })),
    'get-files': requestAboutRoom(
      'get-files',
      z.strictObject({ messages: z.array(field.messageId).min(1).max(messagesPerGetFiles) }),
    ),
  })

/** The answers to these requests. A `url` that begins with `/` replaces `/ws` in the address of the socket. */
export const fileAnswers = {
  'create-upload': z.looseObject({
    file: attachmentSchema,
    put: z.looseObject({ url: z.string(), headers: z.record(z.string(), z.string()), expires_at: time }),
  }),
  'get-files': z.looseObject({
    files: z.array(z.looseObject({ id, message: id, url: z.string() })),
    expires_at: time,
  }),
} as const
