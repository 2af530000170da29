import { requestedRoomEventNames } from '../room-events/room-events.ts'
import { userEventNames } from '../user-events/user-events.ts'
import type { AnswerEvent } from './answers.ts'

/** The events that can be requested without a socket: each is a path of the HTTP API. */
export const callEvents = [
  'create-user',
  ...requestedRoomEventNames,
  ...userEventNames,
  'list-chats',
  'list-messages',
  'list-reactions',
  'get-message-versions',
  'list-members',
  'mark-read',
  'set-chat-settings',
  'create-upload',
  'get-files',
  'list-blocks',
  'get-users',
] as const satisfies readonly AnswerEvent[]

export type CallEvent = (typeof callEvents)[number]

const names: ReadonlySet<string> = new Set(callEvents)

/** Whether an event can be requested without a socket. */
export const isCallEvent = (event: string): event is CallEvent => names.has(event)
