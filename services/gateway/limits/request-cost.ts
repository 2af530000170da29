import type { Price } from '../../../shared/protocol/prices.ts'
import { prices } from '../../../shared/protocol/prices.ts'
import type { Request } from '../../../shared/protocol/requests.ts'

const count = (collection: object | undefined): number => (collection === undefined ? 0 : Object.keys(collection).length)

/** The number of priced units in a request. */
const unitsIn = (request: Request, frameBytes: number): number => {
  switch (request.event) {
    case 'create-user':
      return count(request.body.resume?.rooms)
    case 'resume':
      return count(request.body.rooms)
    case 'get-users':
      return 'users' in request.body ? request.body.users.length : request.body.externalUserIds.length
    case 'create-chat':
    case 'add-users':
    case 'remove-users':
      return request.body.users.length
    default:
      return frameBytes
  }
}

/** The tokens that a request takes from its user's bucket, by the table `prices`. */
export const costOf = (request: Request, frameBytes: number): number => {
  const price: Price | undefined = prices[request.event]
  return price === undefined ? 1 : 1 + Math.floor(unitsIn(request, frameBytes) / price.per)
}
