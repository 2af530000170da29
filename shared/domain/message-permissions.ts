import type { ChatState } from './chat.ts'
import { nextTime, notAllowed } from './chat.ts'
import type { CommandHead } from './commands.ts'
import type { MessageState } from './message-state.ts'
import { presentMessage, unknownMessage } from './named-messages.ts'
import { whyNotAllowed } from './permissions.ts'
import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'

/** An action on a message that a command names. */
type MessageAction = 'edit' | 'delete' | 'pin' | 'react'

/** A command that names a message. */
interface MessageCommand extends CommandHead {
  readonly body: { readonly message: string }
}

/** An author edits its own message, for as long as the chat's rules permit. Nobody edits the text of others. */
const whyNotEdited = (command: MessageCommand, state: ChatState, message: MessageState): Rejection | undefined => {
  if (command.user !== message.user) return rejected('forbidden', 'only its author edits a message', { action: 'edit_own' })
  const { edit_s: seconds } = state.rules
  const age = Date.parse(nextTime(command, state)) - Date.parse(message.createdAt)
  if (seconds !== undefined && age > seconds * 1_000) {
    return rejected('forbidden', `a message can be edited for ${seconds} seconds`, { action: 'edit_own', edit_s: seconds })
  }
  return whyNotAllowed('edit_own', command, state)
}

/** An author deletes its own message; a role permits to delete any. */
const whyNotDeleted = (command: MessageCommand, state: ChatState, message: MessageState): Rejection | undefined => {
  const rejection = whyNotAllowed('delete_any', command, state)
  if (rejection === undefined || command.user !== message.user) return rejection
  return whyNotAllowed('delete_own', command, state)
}

const whyNotChanged = (
  action: MessageAction,
  command: MessageCommand,
  state: ChatState,
  message: MessageState,
): Rejection | undefined => {
  switch (action) {
    case 'edit':
      return whyNotEdited(command, state, message)
    case 'delete':
      return whyNotDeleted(command, state, message)
    case 'pin':
    case 'react':
      return whyNotAllowed(action, command, state)
  }
}

/** The message that a command names, or why the acting user must not do this to it. */
export const permittedMessage = (
  action: MessageAction,
  command: MessageCommand,
  state: ChatState,
): { readonly message: MessageState } | { readonly rejection: Rejection } => {
  if (!state.members.has(command.user)) return { rejection: notAllowed }
  const message = presentMessage(state, command.body.message)
  if (message === undefined) return { rejection: unknownMessage('body.message') }
  const rejection = whyNotChanged(action, command, state, message)
  return rejection === undefined ? { message } : { rejection }
}
