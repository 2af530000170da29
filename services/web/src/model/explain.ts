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

/** An error in words for whoever sits in front of the page. */
export const explain = (error: unknown): string => {
  if (!(error instanceof ChatError)) return error instanceof Error ? error.message : String(error)
  const { field, reason } = error.details ?? {}
  if (error.code === 'invalid' && field !== undefined) return `The service refused ${field}: ${reason}`
  return sentences[error.code] ?? error.message
}
