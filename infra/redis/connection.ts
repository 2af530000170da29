import { Redis } from 'ioredis'
import type { TlsMaterial } from '../tls/tls-files.ts'
import { RedisConnector } from './redis-connector.ts'

/** Options of one connection. */
export interface ConnectionOptions {
  readonly url: string
  /** The name in `CLIENT LIST`. */
  readonly name: string
  readonly tls: TlsMaterial | undefined
  /** A connection without a byte from the server for this long, while an answer is due, is ended. */
  readonly silentMs: number
  /** Destroys the connection, also while it is being opened. */
  readonly signal: AbortSignal
  /** Called once when the connection has ended, unless `signal` was aborted. */
  readonly onEnd: (cause: Error) => void
}

/**
 * Opens a connection that never reconnects, never queues commands and never
 * repeats one, so that no state of the driver survives a reconnect.
 *
 * Promises:  when it ends, every unanswered command rejects.
 * Does not:  notice a silent server without a pending command.
 */
export const openConnection = async ({ url, name, tls, silentMs, signal, onEnd }: ConnectionOptions): Promise<Redis> => {
  signal.throwIfAborted()
  const redis = new Redis(url, {
    Connector: RedisConnector,
    connectionName: name,
    ...(tls === undefined ? {} : { tls: { ...tls, rejectUnauthorized: true } }),
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: silentMs,
    socketTimeout: silentMs,
    // A silent server never confirms the end of a connection.
    disconnectTimeout: 1,
    retryStrategy: null,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    // A link sends PING before use, which fails while the server is loading.
    enableReadyCheck: false,
  })
  let cause: Error | undefined
  redis.on('error', (error: Error) => {
    cause = error
  })
  redis.once('end', () => {
    if (!signal.aborted) onEnd(cause ?? new Error('the server closed a connection'))
  })
  signal.addEventListener('abort', () => redis.disconnect(), { once: true })
  try {
    await redis.connect()
  } catch (error) {
    throw cause ?? error
  }
  return redis
}
