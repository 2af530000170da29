/** Units that a request is priced by, in words for PROTOCOL.md. */
export const priceUnits = {
  users: 'users named',
  rooms: 'rooms resumed',
  bytes: 'bytes of its frame',
} as const

/** What a request takes from the request bucket of its user beyond 1. */
export interface Price {
  readonly unit: keyof typeof priceUnits
  /** Each whole `per` units cost one request more; a remainder is free. */
  readonly per: number
}

export const perUser: Price = { unit: 'users', per: 10 }
export const perRoom: Price = { unit: 'rooms', per: 10 }
