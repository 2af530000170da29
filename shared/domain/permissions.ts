import type { ChatState } from './chat.ts'
import { notAllowed } from './chat.ts'
import { isDirectChat } from './direct-chat.ts'
import type { MessageState } from './message-state.ts'
import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'

/** An action on a message that not every member may do. */
export type MessageAction = 'edit' | 'delete' | 'pin'

/** The creator of a direct chat has no more rights than the other user: either of them may have opened it. */
const isCreator = (user: string, state: ChatState): boolean => user === state.createdBy && !isDirectChat(state)

/**
 * An author edits and deletes its own messages; the creator of the chat deletes and pins any, and both users of a direct
 * chat pin any. Nobody edits the text of others.
 */
const isPermitted = (action: MessageAction, user: string, state: ChatState, message: MessageState): boolean => {
  switch (action) {
    case 'edit':
      return user === message.user
    case 'delete':
      return user === message.user || isCreator(user, state)
    case 'pin':
      return isDirectChat(state) || isCreator(user, state)
  }
}

/**
 * Why this member must not do this to the message now; undefined: it may. A user who is not a member gets the rejection
 * for a chat that does not exist.
 */
export const whyNotPermitted = (
  action: MessageAction,
  user: string,
  state: ChatState,
  message: MessageState,
): Rejection | undefined => {
  if (!state.members.has(user)) return notAllowed
  if (isPermitted(action, user, state, message)) return undefined
  return rejected('forbidden', `not allowed to ${action} this message`, { action })
}
