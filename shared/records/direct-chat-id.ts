import { pairOf } from '../domain/direct-chat.ts'
import { hashedId } from './hashed-id.ts'

/**
 * The id of the direct chat of two users, from their ids in ascending order. No client chooses such an id for a chat, so
 * that nobody can take the id of another pair.
 */
export const directChatId = (one: string, other: string): string => hashedId(pairOf(one, other).join(' '), 'a')
