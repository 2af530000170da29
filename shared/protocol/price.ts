/** The units of prices, as texts for PROTOCOL.md. */
const priceUnits = {
  users: 'users named',
  rooms: 'rooms resumed',
  messages: 'messages named',
  bytes: 'bytes of its frame',
} as const

/** What a price counts. */
export type PricedUnit = keyof typeof priceUnits

/** The tokens that a request takes from the request bucket of its user, if it takes more than one. */
export type Price = PricePerUnit | FixedPrice

/** One token, and one more for each whole `per` units; a remainder is free. */
interface PricePerUnit {
  readonly unit: PricedUnit
  readonly per: number
}

/** The same number of tokens for each request. */
interface FixedPrice {
  readonly fixed: number
}

/** The tokens of a request with this number of units. */
export const tokensFor = (price: Price | undefined, unitsIn: (unit: PricedUnit) => number): number => {
  if (price === undefined) return 1
  return 'fixed' in price ? price.fixed : 1 + Math.floor(unitsIn(price.unit) / price.per)
}

/** The cells of a price in the table of PROTOCOL.md. */
export const priceCells = (price: Price | undefined): readonly [price: string, more: string] => {
  if (price === undefined) return ['1', '']
  if ('fixed' in price) return [String(price.fixed), '']
  return ['1', `1 for each ${price.per.toLocaleString('en')} ${priceUnits[price.unit]}`]
}

export const perUser: Price = { unit: 'users', per: 10 }
export const perRoom: Price = { unit: 'rooms', per: 10 }
/** Signing the addresses of the files of a message takes up to some milliseconds. */
export const perMessage: Price = { unit: 'messages', per: 2 }
