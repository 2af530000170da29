/**
 * Headers of a record on the command log. They survive a value that cannot be
 * read, so that its sender can still be told.
 */
export const recordHeaders = {
  /** The command's id. */
  command: 'command',
  digest: 'digest',
  /** Which gateway waits for the outcome. */
  reply: 'reply',
  /** `1`: the sender does not follow the room; answer it through its gateway's topic also when the event is new. */
  direct: 'direct',
  /** The trace that the command is part of, if it is recorded. */
  traceparent: 'traceparent',
} as const
