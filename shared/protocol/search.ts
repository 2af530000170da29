import { z } from 'zod'
import { whyNotSearchable } from '../search/search-text.ts'
import { fieldsFrom } from './feature-level.ts'
import * as field from './fields.ts'
import type { ProtocolLimits } from './limits.ts'
import { requestOutsideRooms } from './request-frame.ts'
import { id, messageSchema } from './shapes.ts'

/** The feature level that introduced the search for messages. */
export const searchLevel = 3

const mostChars = 200
const mostChats = 100

const searchableText = field.text(1, mostChars).check((checked) => {
  const reason = whyNotSearchable(checked.value)
  if (reason !== undefined) checked.issues.push({ code: 'custom', input: checked.value, message: reason })
})

/** The search in the messages of the acting user's chats. */
export const searchRequests = (limits: ProtocolLimits, level: number) =>
  fieldsFrom(searchLevel, level, {
    'search-messages': requestOutsideRooms(
      'search-messages',
      z.strictObject({
        query: z.strictObject({
          text: searchableText,
          chats: z.array(field.chatId).min(1).max(mostChats).optional(),
          user: field.userId.optional(),
          from: field.instant.optional(),
          to: field.instant.optional(),
          limit: z.int().min(1).max(limits.pageEntries).optional(),
          cursor: field.cursor.optional(),
        }),
      }),
    ),
  })

const place = z.int().min(0)

/** A message that a search has found, in its room; `matches`: the places of the words in `msg`. */
export const foundMessageSchema = messageSchema.extend({
  room: id,
  seq: z.int().min(1),
  matches: z.array(z.tuple([place, place])),
})

/** The answer to a search. */
export const searchAnswers = {
  'search-messages': z.looseObject({ messages: z.array(foundMessageSchema), next_cursor: z.string().optional() }),
} as const
