import { createHash } from 'node:crypto'
import { pairOf } from '../domain/direct-chat.ts'

/**
 * The id of the direct chat of two users: a UUID of version 8 from the SHA-256 of
 * their ids in ascending order. It never changes. No client chooses an id of this
 * version for a chat, so that nobody can take the id of another pair. The rooms of
 * `admin audit` have version 8 too, with the digit `8` where direct chats have `a`.
 */
export const directChatId = (one: string, other: string): string => {
  const hash = createHash('sha256').update(pairOf(one, other).join(' ')).digest('hex')
  return [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `a${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-')
}
