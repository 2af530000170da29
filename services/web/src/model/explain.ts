import type { ChatErrorCode } from '../../../../shared/client/chat-error.ts'
import { ChatError } from '../../../../shared/client/chat-error.ts'

const sentences: Readonly<Partial<Record<ChatErrorCode, string>>> = {
  unknown_message: 'The message was deleted, or is not in this chat.',
  unknown_event: 'The service does not offer this yet.',
  forbidden: 'You may not do that here. Only the user who started the chat can remove others.',
  conflict: 'This id is already used for something else. Please try again.',
  unknown_user: 'One of these people does not exist.',
  unauthenticated: 'The token was refused.',
  internal: 'The service failed on this request.',
  queue_full: 'Too many messages are waiting. Wait until the connection is back.',
  closed: 'You have signed out.',
}

/** Explanations of close codes after which the client does not reconnect. */
const closings: Readonly<Record<number, string>> = {
  4003: 'Your token has ended. Sign in with a new one; unsent messages are kept on this device.',
  4500: 'The service refused too many requests of this page in a row.',
  4501: 'The service refused the token. Sign in with another one; unsent messages are kept on this device.',
}

const blockedSentence = 'Some of these people have blocked you, so that you cannot add them to a chat.'

/** An error as a sentence for the user. */
export const explain = (error: unknown): string => {
  if (!(error instanceof ChatError)) return error instanceof Error ? error.message : String(error)
  const { field, reason, action, users } = error.details ?? {}
  if (error.code === 'forbidden' && action === 'pin') return 'Only the user who started the chat can pin messages.'
  if (error.code === 'forbidden' && action === 'direct') return 'You cannot start this chat: one of you has blocked the other.'
  if (error.code === 'forbidden' && action === 'add' && users !== undefined) return blockedSentence
  if (error.code === 'invalid' && field !== undefined) return `The service refused ${field}: ${reason}`
  return closings[error.closeCode ?? 0] ?? sentences[error.code] ?? error.message
}
