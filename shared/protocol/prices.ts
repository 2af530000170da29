import type { RequestEvent } from './requests.ts'

/** Units that a request is priced by, in words for PROTOCOL.md. */
export const priceUnits = {
  users: 'users named',
  rooms: 'rooms resumed',
  bytes: 'bytes of its frame',
} as const

export interface Price {
  readonly unit: keyof typeof priceUnits
  /** Each whole `per` units cost one request more; the rest below `per` costs nothing. */
  readonly per: number
}

const perUser: Price = { unit: 'users', per: 10 }
const perRoom: Price = { unit: 'rooms', per: 10 }

/**
 * What a request takes from the request bucket of its user: 1, and more by its price. Undefined: always 1.
 * A test keeps PROTOCOL.md equal to this table.
 */
export const prices = {
  'create-user': perRoom,
  'create-chat': perUser,
  'new-message': { unit: 'bytes', per: 4_096 },
  'add-users': perUser,
  'remove-users': perUser,
  'list-chats': undefined,
  'list-messages': undefined,
  'get-users': perUser,
  resume: perRoom,
  refresh: undefined,
  ping: undefined,
} as const satisfies Record<RequestEvent, Price | undefined>
