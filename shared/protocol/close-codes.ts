/**
 * Every close code that the service sends of its own, and the standard ones a
 * client meets. The number carries the advice: 4000–4499 come back, 4500–4999
 * do not. PROTOCOL.md holds the same table; a test compares them. A number is
 * never reused.
 */
export const closeCodes = {
  goingAway: { code: 1001, reason: 'going away' },
  protocolError: { code: 1002, reason: 'protocol error' },
  abnormal: { code: 1006, reason: 'connection lost' },
  notUtf8: { code: 1007, reason: 'invalid UTF-8' },
  tooLarge: { code: 1009, reason: 'frame too large' },
  internal: { code: 1011, reason: 'internal error' },
  restart: { code: 1012, reason: 'service restart' },
  overloaded: { code: 1013, reason: 'try again later' },
  slowConsumer: { code: 4000, reason: 'slow consumer' },
  stale: { code: 4001, reason: 'no heartbeat' },
  tooManyErrors: { code: 4500, reason: 'too many errors' },
} as const

const comesBack: ReadonlySet<number> = new Set([1001, 1006, 1011, 1012, 1013])

/** Whether a client that was closed with this code should connect again. */
export const mayReconnect = (code: number): boolean => comesBack.has(code) || (code >= 4000 && code < 4500)
