import type { NotifiableMember } from '../../../shared/ports/push-reads.ts'

/** A new message, as far as its notifications depend on it. */
export interface NotifyingMessage {
  readonly seq: number
  readonly author: string
  /** The users that it mentions by name. */
  readonly mentioned: readonly string[]
}

/**
 * Whether a member is notified of a message while it is offline: another member than the author, who was a member before
 * the message and has not read it. In a muted chat, only a mention by name notifies, as on the chat page.
 */
export const isNotified = (
  { seq, author, mentioned }: NotifyingMessage,
  { user, since, readUpTo, isMuted }: NotifiableMember,
): boolean => user !== author && since < seq && readUpTo < seq && (!isMuted || mentioned.includes(user))
