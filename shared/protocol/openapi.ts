import { z } from 'zod'
import type { RequestedRoomEventName } from '../room-events/room-events.ts'
import { requestedRoomEventNames, requestedRoomEvents } from '../room-events/room-events.ts'
import type { UserEventName } from '../user-events/user-events.ts'
import { userEventNames, userEvents } from '../user-events/user-events.ts'
import { answerBodies, errorFrame } from './answers.ts'
import type { CallEvent } from './call-events.ts'
import { callEvents } from './call-events.ts'
import { errors } from './errors.ts'
import { answerExamples, requestExamples } from './examples.ts'
import type { ProtocolLimits } from './limits.ts'
import { defaultLimits } from './limits.ts'
import { requestSchemas } from './requests.ts'

const summaries: Readonly<Record<CallEvent, string>> = {
  'create-user': 'Create or fetch a user',
  ...(Object.fromEntries(requestedRoomEventNames.map((name) => [name, requestedRoomEvents[name].summary])) as Record<
    RequestedRoomEventName,
    string
  >),
  ...(Object.fromEntries(userEventNames.map((name) => [name, userEvents[name].summary])) as Record<UserEventName, string>),
  'list-chats': 'The chats of a user',
  'list-messages': 'The messages of a chat, as one of its members',
  'list-reactions': 'The users who have reacted to a message, as a member of its chat',
  'get-message-versions': 'The versions of a message, as a member of its chat',
  'list-members': 'The members of a chat and their roles, or its banned users, as one of its members',
  'mark-read': 'Move the read marker of a member of a chat, and count its unread messages',
  'set-chat-settings': 'Mute or hide a chat for one of its members',
  'create-upload': 'Announce a file as a member of a chat, and get the address to upload it to',
  'get-files': 'The addresses of the files of messages, as a member of their chat',
  'list-blocks': 'The users whom a user has blocked',
  'get-users': 'Users by their ids or their external ids',
}

interface ObjectSchema {
  readonly properties: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

const jsonSchema = (schema: z.ZodType): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema: each }) => {
      // The format is sufficient without zod's pattern for it.
      if (each.format !== undefined) delete each.pattern
    },
  })
  return rest
}

/** The schema of a request body over HTTP: the frame without the fields that are specific to sockets. */
const bodyOf = (event: CallEvent, limits: ProtocolLimits): object => {
  const { properties, required = [], ...rest } = jsonSchema(requestSchemas(limits)[event]) as ObjectSchema
  const { event: _, id: __, after: ___, ...own } = properties
  return { ...rest, properties: own, required: required.filter((name) => name in own) }
}

const without = (value: object | undefined, ...names: readonly string[]): object | undefined =>
  value === undefined ? undefined : Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))

const json = (schema: object, example?: object) => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
})

const answerOf = (event: CallEvent) => ({
  type: 'object',
  required: ['event', 'body'],
  properties: { event: { const: event }, body: jsonSchema(answerBodies[event]) },
})

/** Refusals with an HTTP status of their own; their code is `invalid`. */
const flaws = [
  [413, 'the body has more bytes than a frame may have, or is not UTF-8'],
  [415, 'the content type is not application/json'],
] as const

const refusal = (description: string) => ({ description, content: json({ $ref: '#/components/schemas/Refusal' }) })

/** Every status that is an error, with the codes that have it. */
const refusals = (): Record<string, object> => {
  const byStatus = Map.groupBy(Object.entries(errors), ([, { status }]) => status)
  return Object.fromEntries([
    ...[...byStatus].map(([status, codes]) => [
      String(status),
      refusal(codes.map(([code, { meaning }]) => `\`${code}\`: ${meaning}`).join('; ')),
    ]),
    ...flaws.map(([status, meaning]) => [String(status), refusal(`\`invalid\`: ${meaning}`)]),
  ])
}

const operation = (event: CallEvent, limits: ProtocolLimits) => ({
  post: {
    operationId: event,
    summary: summaries[event],
    requestBody: {
      required: true,
      content: json(bodyOf(event, limits), without(requestExamples[event], 'event', 'id', 'resume')),
    },
    responses: {
      200: { description: 'Done, and stored', content: json(answerOf(event), without(answerExamples[event], 'id')) },
      ...refusals(),
    },
  },
})

const description = `Requests over HTTP, for back ends that do not want a socket. The token needs the role \`service\`. The body of a
request is a frame of the protocol without \`event\`, \`id\` and \`after\`: \`body\`, \`room\` where the event acts in one, and \`as\` for whom it
acts. Validation, limits, idempotence and errors are those of the socket; PROTOCOL.md says what they mean. This document is generated
from the schemas that the service itself reads requests by.`

/** The HTTP API as an OpenAPI 3.1 document; a value to be written as JSON. */
export const openapiDocument = (limits: ProtocolLimits = defaultLimits): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Chat service',
    version: '1.0.0',
    description: description.replaceAll('\n', ' '),
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'Any gateway; they are all alike' }],
  security: [{ token: [] }],
  paths: Object.fromEntries(callEvents.map((event) => [`/api/v1/${event}`, operation(event, limits)])),
  components: {
    schemas: { Refusal: jsonSchema(errorFrame) },
    securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  },
})
