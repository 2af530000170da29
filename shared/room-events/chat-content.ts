import { z } from 'zod'
import type { Chat, JsonObject } from '../domain/events.ts'
import { roleNames } from '../domain/roles.ts'
import type { Action, RequestedRules } from '../domain/rules.ts'
import { actions, withoutDefaults } from '../domain/rules.ts'
import * as field from '../protocol/fields.ts'
import { dataObject } from '../protocol/json-data.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'

/** The content of a chat beside its name, in a request and in a command. */
export interface RequestedChatContent {
  readonly image?: string | undefined
  readonly data?: JsonObject | undefined
  readonly rules?: RequestedRules | undefined
}

/** The longest time in which an author may edit a message, in seconds: 100 years. */
const longestEdit = 3_155_760_000

/** The longest time for which messages are kept, in days: 100 years. */
const longestRetention = 36_500

const leastRoles = Object.fromEntries(actions.map((action) => [action, z.enum(roleNames).optional()])) as {
  readonly [Name in Action]: z.ZodOptional<z.ZodEnum<{ readonly [Name in (typeof roleNames)[number]]: Name }>>
}

/** The rules of a chat, in requests and on the log. */
const rulesShape = {
  ...leastRoles,
  edit_s: z.int().min(0).max(longestEdit).optional(),
  retention_days: z.int().min(1).max(longestRetention).optional(),
}

/** The fields of the content in a request. */
export const chatFields = ({ dataBytes }: ProtocolLimits) => ({
  image: field.image.optional(),
  data: dataObject(dataBytes).optional(),
  rules: z.strictObject(rulesShape).optional(),
})

/** The same fields in a command on the log. */
export const chatContentBody = {
  image: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  rules: z.object(rulesShape).optional(),
}

/** The content as an event has it: the fields that were given, and of the rules those that are not the defaults. */
export const chatContentOf = ({ image, data, rules }: RequestedChatContent): Pick<Chat, 'image' | 'data' | 'rules'> => ({
  ...(image === undefined ? {} : { image }),
  ...(data === undefined ? {} : { data }),
  ...(rules === undefined ? {} : { rules: withoutDefaults(rules) }),
})
