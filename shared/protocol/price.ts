/** The units of prices, as texts for PROTOCOL.md. */
export const priceUnits = {
  users: 'users named',
  rooms: 'rooms resumed',
  messages: 'messages named',
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
/** Signing the addresses of the files of a message takes up to some milliseconds. */
export const perMessage: Price = { unit: 'messages', per: 2 }
