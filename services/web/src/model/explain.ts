import type { ChatErrorCode } from '../../../../shared/client/chat-error.ts'
import { ChatError } from '../../../../shared/client/chat-error.ts'

const sentences: Readonly<Partial<Record<ChatErrorCode, string>>> = {
  forbidden: 'You may not do that here. Only who started the chat can remove others.',
  conflict: 'The service knows something else under this name already. Please try again.',
  unknown_user: 'One of these people does not exist.',
  unauthenticated: 'The token was refused.',
  internal: 'The service failed on this request.',
  queue_full: 'Too much is waiting to be sent. Wait until the connection is back.',
  closed: 'You have signed out.',
}

/** Why the service does not want this page back. */
const closings: Readonly<Record<number, string>> = {
  4003: 'Your token has ended. Sign in with a new one; what was not sent yet is kept on this device.',
  4500: 'The service refused too many requests of this page, one after the other.',
  4501: 'The service refused the token. Sign in with another one; what was not sent yet is kept on this device.',
}

/** An error in words for whoever sits in front of the page. */
export const explain = (error: unknown): string => {
  if (!(error instanceof ChatError)) return error instanceof Error ? error.message : String(error)
  const { field, reason } = error.details ?? {}
  if (error.code === 'invalid' && field !== undefined) return `The service refused ${field}: ${reason}`
  return closings[error.closeCode ?? 0] ?? sentences[error.code] ?? error.message
}
