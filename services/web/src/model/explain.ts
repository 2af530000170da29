import type { ChatErrorCode } from '../../../../shared/client/chat-error.ts'
import { ChatError } from '../../../../shared/client/chat-error.ts'
import type { Role } from '../../../../shared/domain/roles.ts'
import { roleTexts } from './role-names.ts'

const sentences: Readonly<Partial<Record<ChatErrorCode, string>>> = {
  unknown_message: 'The message was deleted, or is not in this chat.',
  unknown_event: 'The service does not offer this yet.',
  forbidden: 'You may not do that here.',
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
  4502: 'Your account was erased.',
}

/** The reason of `forbidden`, as far as the service names it. */
const explainForbidden = ({ action, users, needs }: NonNullable<ChatError['details']>): string | undefined => {
  if (action === 'direct') return 'You cannot start this chat: one of you has blocked the other.'
  if (users !== undefined) return 'Some of these people have blocked you, so that you cannot add them to a chat.'
  if (action === 'pin') return 'Only the user who started the chat, or moderators, can pin messages.'
  if (needs !== undefined) return `${roleTexts[needs as Role].atLeast} may do that here. You may not.`
  return action === 'remove' || action === 'roles' ? 'Nobody may do that to an owner of the chat.' : undefined
}

/** An error as a sentence for the user. */
export const explain = (error: unknown): string => {
  if (!(error instanceof ChatError)) return error instanceof Error ? error.message : String(error)
  const { field, reason } = error.details ?? {}
  if (error.code === 'invalid' && field !== undefined) return `The service refused ${field}: ${reason}`
  const forbidden = error.code === 'forbidden' ? explainForbidden(error.details ?? {}) : undefined
  return forbidden ?? closings[error.closeCode ?? 0] ?? sentences[error.code] ?? error.message
}
