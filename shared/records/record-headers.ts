/**
 * Headers of a record on the command log. They are readable even if the value is
 * not, so that the sender can still be answered.
 */
export const recordHeaders = {
  /** The command's id. */
  command: 'command',
  digest: 'digest',
  /** The reply address of the gateway that waits for the outcome. */
  reply: 'reply',
  /** `1`: the sender does not follow the room; answer it on its gateway's channel even if the event is new. */
  direct: 'direct',
  /** The trace context of the command, if the command is sampled. */
  traceparent: 'traceparent',
} as const
