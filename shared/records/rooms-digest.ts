import { createHash } from 'node:crypto'

/**
 * One short text for a set of rooms: the SHA-256, in hex, of their ids as
 * bytes, in ascending order. Clients choose ids, and could choose two sets of
 * ids with the same sum.
 */
export const roomsDigest = (rooms: Iterable<string>): string => {
  const ids = [...rooms].sort().join('').replaceAll('-', '')
  return createHash('sha256').update(ids, 'hex').digest('hex')
}
