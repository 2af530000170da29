import type { ChatState } from './chat.ts'
import type { MessageState } from './message-state.ts'
import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'

/** The rejection of a command that names a message which its room does not have, or which is deleted. */
export const unknownMessage = (field: string): Rejection =>
  rejected('unknown_message', `${field}: no such message in this chat, or it is deleted`, { field })

/** The message with this id, unless it is deleted. `readSet` must have named it. */
export const presentMessage = ({ messages }: ChatState, id: string): MessageState | undefined => {
  const found = messages.get(id)
  return found === undefined || found.isDeleted ? undefined : found
}

/** The state after a message has changed. A message that no command of the batch names is not kept. */
export const withMessage = (state: ChatState, message: MessageState): ChatState =>
  state.messages.has(message.id) ? { ...state, messages: new Map(state.messages).set(message.id, message) } : state

/** The state after a change of the message with this id. */
export const changeMessage = (state: ChatState, id: string, change: (message: MessageState) => MessageState): ChatState => {
  const message = state.messages.get(id)
  return message === undefined ? state : withMessage(state, change(message))
}
