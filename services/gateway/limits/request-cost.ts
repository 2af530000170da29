import type { Price } from '../../../shared/protocol/price.ts'
import { prices } from '../../../shared/protocol/prices.ts'
import type { Request } from '../../../shared/protocol/requests.ts'

const count = (collection: object | undefined): number => (collection === undefined ? 0 : Object.keys(collection).length)

const roomsIn = ({ event, body }: Request): number => {
  if (event === 'resume') return count(body.rooms)
  return event === 'create-user' ? count(body.resume?.rooms) : 0
}

const usersIn = ({ body }: Request): number => {
  if ('externalUserIds' in body) return body.externalUserIds.length
  return 'users' in body ? (body.users?.length ?? 0) : 0
}

const messagesIn = ({ body }: Request): number => ('messages' in body ? body.messages.length : 0)

/** The number of priced units in a request. */
const unitsIn = (request: Request, unit: Price['unit'], frameBytes: number): number => {
  if (unit === 'bytes') return frameBytes
  if (unit === 'messages') return messagesIn(request)
  return unit === 'rooms' ? roomsIn(request) : usersIn(request)
}

/** The tokens that a request takes from its user's bucket, by the table `prices`. */
export const costOf = (request: Request, frameBytes: number): number => {
  const price: Price | undefined = prices[request.event]
  return price === undefined ? 1 : 1 + Math.floor(unitsIn(request, price.unit, frameBytes) / price.per)
}
