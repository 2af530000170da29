// Separate constants: the client uses only these two, so its bundle does not contain the table.
export const stale = { code: 4001, reason: 'no heartbeat', meaning: 'a ping was not answered in time' } as const
export const tokenExpired = {
  code: 4003,
  reason: 'token expired',
  meaning: 'the token has expired; connect with a new one',
} as const

/**
 * Every close code that the service sends, and the standard codes that a client
 * can see. Clients reconnect after 4000–4499 and do not after 4500–4999.
 * PROTOCOL.md has the same table; a test compares them. A number is never
 * reused.
 */
export const closeCodes = {
  goingAway: { code: 1001, reason: 'going away', meaning: 'the other side is shutting down' },
  protocolError: { code: 1002, reason: 'protocol error', meaning: 'a frame violates WebSocket itself' },
  abnormal: { code: 1006, reason: 'connection lost', meaning: 'the connection ended without a close frame; never sent' },
  notUtf8: { code: 1007, reason: 'invalid UTF-8', meaning: 'a text frame is not UTF-8' },
  tooLarge: { code: 1009, reason: 'frame too large', meaning: 'a frame is larger than the limit' },
  internal: { code: 1011, reason: 'internal error', meaning: 'the gateway failed on this socket' },
  restart: { code: 1012, reason: 'service restart', meaning: 'this gateway stops; connect to another one' },
  overloaded: { code: 1013, reason: 'try again later', meaning: 'the gateway accepts no more sockets at present' },
  slowConsumer: { code: 4000, reason: 'slow consumer', meaning: 'the socket accepted no data for too long' },
  stale,
  flooding: { code: 4002, reason: 'too many requests', meaning: 'the client exceeded a rate limit too many times' },
  tokenExpired,
  unbound: { code: 4004, reason: 'no user', meaning: 'no `create-user` arrived in time' },
  unfinished: { code: 4005, reason: 'unfinished frame', meaning: 'a frame was not completed in time' },
  idle: { code: 4006, reason: 'idle', meaning: 'a socket without a user sent no request for too long' },
  tooManyErrors: { code: 4500, reason: 'too many errors', meaning: 'too many requests in a short time were invalid' },
  unauthenticated: { code: 4501, reason: 'unauthenticated', meaning: 'the token was refused' },
  erased: { code: 4502, reason: 'user erased', meaning: 'the operator has erased the user of the socket' },
} as const

/** Standard codes that say that the client's own frames are invalid or too large: a new connection would end in the same way. */
const finalStandardCodes: ReadonlySet<number> = new Set([1002, 1007, 1009])

/**
 * Whether a client should connect again after this code. Only the service can
 * end a client: a code that it never sends comes from a proxy or the network,
 * and the connection is lost.
 */
export const mayReconnect = (code: number): boolean => !finalStandardCodes.has(code) && (code < 4500 || code > 4999)
