import type { ChatState } from './chat.ts'
import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'

/**
 * Whether a room is the direct chat of two users: the only chats without a name. It keeps its two members for ever, and
 * neither of them has rights that the other one has not.
 */
export const isDirectChat = ({ seq, name }: Pick<ChatState, 'seq' | 'name'>): boolean => seq > 0 && name === ''

/** The rejection of a member who would change the members of a direct chat. */
export const keepsItsMembers = (action: 'add' | 'remove'): Rejection =>
  rejected('forbidden', 'a direct chat keeps its two members', { action })

/** The two users of a direct chat, in the order from which its id is derived. */
export const pairOf = (one: string, other: string): readonly [string, string] => (one < other ? [one, other] : [other, one])
