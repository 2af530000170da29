/** The units of prices, as texts for PROTOCOL.md. */
export const priceUnits = {
  users: 'users named',
  rooms: 'rooms resumed',
  bytes: 'bytes of its frame',
} as const

/** The tokens that a request takes from the request bucket of its user in addition to the first. */
export interface Price {
  readonly unit: keyof typeof priceUnits
  /** Each whole `per` units cost one more token; a remainder is free. */
  readonly per: number
}

export const perUser: Price = { unit: 'users', per: 10 }
export const perRoom: Price = { unit: 'rooms', per: 10 }
