import { requestedRoomEventNames, requestedRoomEvents } from '../room-events/room-events.ts'
import type { UserEventName } from '../user-events/user-events.ts'
import { userEventNames, userEvents } from '../user-events/user-events.ts'
import type { Price } from './price.ts'
import { perMessage, perRoom, perUser } from './price.ts'
import type { RequestEvent } from './requests.ts'

/**
 * The price of each request: it takes 1 token from the request bucket of its user, and more by its price. Undefined: always 1.
 * PROTOCOL.md has the same table, written by `npm run docs`.
 */
export const prices = {
  'create-user': perRoom,
  ...(Object.fromEntries(requestedRoomEventNames.map((name) => [name, requestedRoomEvents[name].price])) as Record<
    keyof typeof requestedRoomEvents,
    Price | undefined
  >),
  ...(Object.fromEntries(userEventNames.map((name) => [name, userEvents[name].price])) as Record<
    UserEventName,
    Price | undefined
  >),
  'list-chats': undefined,
  'list-messages': undefined,
  'list-reactions': undefined,
  'get-message-versions': undefined,
  'list-members': undefined,
  'mark-read': undefined,
  'set-chat-settings': undefined,
  'create-upload': undefined,
  'get-files': perMessage,
  'list-blocks': undefined,
  'get-users': perUser,
  watch: perUser,
  signal: undefined,
  resume: perRoom,
  refresh: undefined,
  ping: undefined,
} as const satisfies Record<RequestEvent, Price | undefined>
