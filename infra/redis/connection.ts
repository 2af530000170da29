import { Redis } from 'ioredis'
import type { TlsMaterial } from '../tls/tls-files.ts'
import { RedisConnector } from './redis-connector.ts'

export interface ConnectionOptions {
  readonly url: string
  /** For `CLIENT LIST`. */
  readonly name: string
  /** Not a byte from the server for this long, while it owes an answer, is its end. */
  readonly tls: TlsMaterial | undefined
  readonly silentMs: number
  /** Destroys it, also while it is being opened. */
  readonly signal: AbortSignal
  /** Told once, unless `signal` was the reason. */
  readonly onEnd: (cause: Error) => void
}

/**
 * Opens a connection that lives once: it never reconnects, never queues while
 * it is not connected and never sends anything again, so that nothing has to
 * be known about what the driver remembers over a reconnect.
 *
 * Promises:  once it has ended, every command without an answer rejects.
 * Does not:  notice a silent server by itself; somebody has to ask it something.
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
    // A silent server never says goodbye.
    disconnectTimeout: 1,
    retryStrategy: null,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    // A PING is asked for before use, and it is refused while the server is loading.
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
