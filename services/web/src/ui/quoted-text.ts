import type { Message } from '../../../../shared/domain/events.ts'

const quotedChars = 200

/** The beginning of a message, as a quote shows it. */
export const quotedText = ({ msg, deleted }: Pick<Message, 'msg' | 'deleted'>): string =>
  deleted ? 'Message deleted' : msg.slice(0, quotedChars)
