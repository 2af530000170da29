import { createHash } from 'node:crypto'

/**
 * One short text for a set of rooms: the SHA-256, in hex, of their ids as
 * bytes, in ascending order. Ids are the clients' to choose, so that a sum
 * could be made to come out equal.
 */
export const roomsDigest = (rooms: Iterable<string>): string => {
  const ids = [...rooms].sort().join('').replaceAll('-', '')
  return createHash('sha256').update(ids, 'hex').digest('hex')
}
