import { z } from 'zod'
import type { FeedEvent } from './answers.ts'
import { answerFrames, errorFrame, feedEvents, feedFrames, serverPushes } from './answers.ts'
import { closeCodes, mayReconnect } from './close-codes.ts'
import { errors } from './errors.ts'
import { answerExamples, errorExample, feedExamples, pushExamples, requestExamples } from './examples.ts'
import type { ProtocolLimits } from './limits.ts'
import { defaultLimits } from './limits.ts'
import type { RequestEvent } from './requests.ts'
import { requestEvents, requestSchemas } from './requests.ts'
import { withTitles } from './schema-titles.ts'
import { chatSchema, membershipSchema, messageSchema, storedUserSchema, userSchema } from './shapes.ts'

interface AsyncapiMessage {
  readonly schema: z.ZodType
  readonly summary: string
  readonly example: object | undefined
}

const isFeedEvent = (event: string): event is FeedEvent => (feedEvents as readonly string[]).includes(event)

/** Every frame by the name that it has in the document. */
const messagesOf = (limits: ProtocolLimits): ReadonlyMap<string, AsyncapiMessage> => {
  const schemas = requestSchemas(limits)
  const requests = requestEvents.map((event): [string, AsyncapiMessage] => [
    `${event}.request`,
    { schema: schemas[event], summary: `${event}, asked`, example: requestExamples[event] },
  ])
  const answers = requestEvents.map((event): [string, AsyncapiMessage] => [
    `${event}.answer`,
    { schema: answerFrames[event], summary: `${event}, answered`, example: answerExamples[event] },
  ])
  const feed = feedEvents.map((event): [string, AsyncapiMessage] => [
    `${event}.feed`,
    { schema: feedFrames[event], summary: `${event}, in its place in the room`, example: feedExamples[event] },
  ])
  return new Map([
    ...requests,
    ...answers,
    ...feed,
    ['drain', { schema: serverPushes.drain, summary: 'move to another gateway after a delay', example: pushExamples.drain }],
    ['reset', { schema: serverPushes.reset, summary: 'start a room over', example: pushExamples.reset }],
    ['signal', { schema: serverPushes.signal, summary: 'a signal in a watched room', example: pushExamples.signal }],
    ['presence', { schema: serverPushes.presence, summary: 'a watched user is online or not', example: pushExamples.presence }],
    ['profile', { schema: serverPushes.profile, summary: 'a watched user has changed', example: pushExamples.profile }],
    ['read', { schema: serverPushes.read, summary: 'a read marker has moved', example: pushExamples.read }],
    ['settings', { schema: serverPushes.settings, summary: 'settings of a chat have changed', example: pushExamples.settings }],
    ['features', { schema: serverPushes.features, summary: 'more events are accepted', example: pushExamples.features }],
    ['error', { schema: errorFrame, summary: 'a request refused, in the place of its answer', example: errorExample }],
  ])
}

const shared = {
  User: userSchema,
  StoredUser: storedUserSchema,
  Chat: chatSchema,
  Message: messageSchema,
  Membership: membershipSchema,
}

/** JSON Schemas of all frames, with references to shared schemas. Where a format is given, zod's pattern for it is omitted. */
const schemasOf = (messages: ReadonlyMap<string, AsyncapiMessage>): Record<string, object> => {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(shared)) registry.add(schema, { id })
  for (const [id, { schema }] of messages) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    },
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, withTitles(schema, id)]),
  )
}

const inChannel = (name: string) => ({ $ref: `#/channels/chat/messages/${name}` })
const channel = { $ref: '#/channels/chat' }

/** The service receives a request and replies on the same socket: with an answer, the room's own frame, or an error. */
const requestOperation = (event: RequestEvent) => ({
  action: 'receive',
  channel,
  summary: `A client asks for ${event}`,
  messages: [inChannel(`${event}.request`)],
  reply: {
    channel,
    messages: [`${event}.answer`, ...(isFeedEvent(event) ? [`${event}.feed`] : []), 'error'].map(inChannel),
  },
})

const operations = () => ({
  ...Object.fromEntries(requestEvents.map((event) => [event, requestOperation(event)])),
  feed: {
    action: 'send',
    channel,
    summary: 'The events of every room that the user is a member of, in the order of their seqs',
    messages: feedEvents.map((event) => inChannel(`${event}.feed`)),
  },
  drain: { action: 'send', channel, summary: 'The gateway is about to stop', messages: [inChannel('drain')] },
  reset: { action: 'send', channel, summary: 'Frames were sent that the store does not have', messages: [inChannel('reset')] },
  signals: { action: 'send', channel, summary: 'Signals in watched rooms; they may be lost', messages: [inChannel('signal')] },
  presence: { action: 'send', channel, summary: 'The presence of watched users', messages: [inChannel('presence')] },
  profile: { action: 'send', channel, summary: 'Changed profiles of watched users', messages: [inChannel('profile')] },
  read: { action: 'send', channel, summary: 'Moved read markers in watched rooms', messages: [inChannel('read')] },
  settings: { action: 'send', channel, summary: 'Settings that the own user has changed', messages: [inChannel('settings')] },
  features: { action: 'send', channel, summary: 'The feature level was raised', messages: [inChannel('features')] },
})

const description = `The whole chat over one WebSocket, in JSON text frames. Only a frame with a top-level \`seq\` belongs to a room's
feed. Requests are strict; clients ignore what they do not know. PROTOCOL.md says what the frames mean; this document is generated
from the schemas that the service itself reads frames by.`

/** The protocol as an AsyncAPI 3 document, from the side of the service; a value to be written as JSON. */
export const asyncapiDocument = (limits: ProtocolLimits = defaultLimits, host = 'localhost:8080'): object => {
  const messages = messagesOf(limits)
  return {
    // Model generators do not read 3.1.0 yet; the document uses no feature of it.
    asyncapi: '3.0.0',
    info: {
      title: 'Chat service',
      version: '1.0.0',
      description: description.replaceAll('\n', ' '),
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: { gateway: { host, protocol: 'ws', description: 'Any gateway; they are all alike' } },
    channels: {
      chat: {
        address: '/ws',
        summary: 'One socket, one user',
        messages: Object.fromEntries([...messages.keys()].map((name) => [name, { $ref: `#/components/messages/${name}` }])),
        bindings: { ws: { method: 'GET' } },
      },
    },
    operations: operations(),
    components: {
      messages: Object.fromEntries(
        [...messages].map(([name, { summary, example }]) => [
          name,
          {
            name,
            summary,
            payload: { $ref: `#/components/schemas/${name}` },
            ...(example === undefined ? {} : { examples: [{ payload: example }] }),
          },
        ]),
      ),
      schemas: schemasOf(messages),
    },
    'x-errors': errors,
    'x-close-codes': Object.values(closeCodes).map((entry) => ({ ...entry, comesBack: mayReconnect(entry.code) })),
  }
}
