import { z } from 'zod'
import { distinct } from '../domain/chat.ts'
import type { JsonObject, Mentions, Message } from '../domain/events.ts'
import * as field from '../protocol/fields.ts'
import { dataObject } from '../protocol/json-data.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'

/** The feature level that introduced messages that change: edits, deletions, reactions, pins, threads, quotes, mentions. */
export const messageChangesLevel = 2

/** The optional content of a message, in a request and in a command. */
export interface OptionalContent {
  readonly data?: JsonObject | undefined
  readonly mentions?: Mentions | undefined
}

const userIds = z.array(field.userId, {
  error: ({ code }) => (code === 'invalid_type' ? 'must be a list of user ids, or "all"' : undefined),
})

/** The fields of the optional content in a request. */
export const contentFields = ({ dataBytes, mentions }: ProtocolLimits) => ({
  data: dataObject(dataBytes).optional(),
  mentions: z.union([userIds.min(1).max(mentions), z.literal('all')]).optional(),
})

/** The same fields in a command on the log. */
export const contentBody = {
  data: z.record(z.string(), z.unknown()).optional(),
  mentions: z.union([z.literal('all'), z.array(z.guid())]).optional(),
}

/** An estimate of the rows that a command with this content changes: its event, its message, and each mentioned user. */
export const contentRows = ({ mentions }: OptionalContent): number => {
  if (mentions === undefined) return 1
  return 2 + (mentions === 'all' ? 1 : mentions.length)
}

/** The optional content as a message has it: each mentioned user once. */
export const contentOf = ({ data, mentions }: OptionalContent): Pick<Message, 'data' | 'mentions'> => ({
  ...(data === undefined ? {} : { data }),
  ...(mentions === undefined ? {} : { mentions: mentions === 'all' ? mentions : distinct(mentions) }),
})
