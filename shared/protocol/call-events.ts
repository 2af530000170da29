import type { AnswerEvent } from './answers.ts'

/** The events that mean something without a socket: each is a path of the HTTP API. */
export const callEvents = [
  'create-user',
  'create-chat',
  'add-users',
  'remove-users',
  'new-message',
  'list-chats',
  'list-messages',
  'get-users',
] as const satisfies readonly AnswerEvent[]

export type CallEvent = (typeof callEvents)[number]
