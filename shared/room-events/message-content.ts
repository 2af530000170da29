import { z } from 'zod'
import { distinct } from '../domain/chat.ts'
import type { Attachment, JsonObject, Mentions, Message } from '../domain/events.ts'
import { attachmentFields } from '../protocol/attachments.ts'
import * as field from '../protocol/fields.ts'
import { dataObject } from '../protocol/json-data.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'

/** The feature level that introduced messages that change: edits, deletions, reactions, pins, threads, quotes, mentions. */
export const messageChangesLevel = 2

/** The optional content of a message, in a request and in a command. */
export interface OptionalContent {
  readonly data?: JsonObject | undefined
  readonly mentions?: Mentions | undefined
  readonly attachments?: readonly RequestedAttachment[] | undefined
}

/** A file as a request names it. */
export type RequestedAttachment = Omit<Attachment, 'width' | 'height'> & {
  readonly width?: number | undefined
  readonly height?: number | undefined
}

const userIds = z.array(field.userId, {
  error: ({ code }) => (code === 'invalid_type' ? 'must be a list of user ids, or "all"' : undefined),
})

/** The fields of the optional content in a request, from the level `messageChangesLevel` on. */
export const contentFields = (limits: ProtocolLimits, level: number) => ({
  data: dataObject(limits.dataBytes).optional(),
  mentions: z.union([userIds.min(1).max(limits.mentions), z.literal('all')]).optional(),
  ...attachmentFields(limits, level),
})

/** The same fields in a command on the log. */
export const contentBody = {
  data: z.record(z.string(), z.unknown()).optional(),
  mentions: z.union([z.literal('all'), z.array(z.guid())]).optional(),
  attachments: z
    .array(
      z.object({
        id: z.guid(),
        name: z.string(),
        mime: z.string(),
        size: z.number(),
        sha256: z.string(),
        width: z.number().optional(),
        height: z.number().optional(),
        sig: z.string(),
      }),
    )
    .optional(),
}

const mentionRows = (mentions: Mentions): number => 1 + (mentions === 'all' ? 1 : mentions.length)

/** An estimate of the rows that a command with this content changes: its event, its message, each mentioned user and each file. */
export const contentRows = ({ mentions, attachments = [] }: OptionalContent): number =>
  1 + (mentions === undefined ? 0 : mentionRows(mentions)) + attachments.length

/** Each file once, with its fields in a fixed order. */
const distinctFiles = (files: readonly RequestedAttachment[]): readonly Attachment[] =>
  [...new Map(files.map((file) => [file.id, file])).values()].map(({ id, name, mime, size, sha256, width, height, sig }) => ({
    id,
    name,
    mime,
    size,
    sha256,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    sig,
  }))

/** The optional content as a message has it: each mentioned user and each file once. */
export const contentOf = ({
  data,
  mentions,
  attachments,
}: OptionalContent): Pick<Message, 'data' | 'mentions' | 'attachments'> => ({
  ...(data === undefined ? {} : { data }),
  ...(mentions === undefined ? {} : { mentions: mentions === 'all' ? mentions : distinct(mentions) }),
  ...(attachments === undefined ? {} : { attachments: distinctFiles(attachments) }),
})
