import type { RedisOptions } from 'ioredis'
import { Redis } from 'ioredis'

/** Replies stay as the driver has always mapped them; its types want that said by leaving the option out. */
export type ConnectionOptions = Omit<RedisOptions, 'replyMapping'>

/**
 * Connections that live and die together.
 *
 * Promises:  none of them ever reconnects, queues while it is not connected,
 *            or sends anything again: once one has ended, all are to be
 *            closed and fresh ones opened. So nothing in the driver has to be
 *            known about what it remembers over a reconnect.
 */
export interface Connections {
  /** Resolves when commands may be sent; rejects with what the server or the socket said. `kin` lends credentials and TLS. */
  open(to: string | ConnectionOptions, options: ConnectionOptions, kin?: Redis): Promise<Redis>
  /** Its end is no longer everybody's. */
  dismiss(redis: Redis): void
  /** Destroys all sockets, also of those that are still being opened. */
  close(): void
}

const neverMended = (connectMs: number): ConnectionOptions => ({
  lazyConnect: true,
  connectTimeout: connectMs,
  // A silent server never says goodbye.
  disconnectTimeout: 1,
  retryStrategy: null,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  // A PING is asked for before use, and it is refused while the server is loading.
  enableReadyCheck: false,
})

/** `onEnd` is told of the first end that was not asked for, with its cause. */
export const redisConnections = (connectMs: number, onEnd: (cause: Error) => void): Connections => {
  const all = new Set<Redis>()

  const make = (to: string | ConnectionOptions, options: ConnectionOptions, kin?: Redis): Redis => {
    const settings = { ...neverMended(connectMs), ...options }
    if (typeof to === 'string') return new Redis(to, settings)
    return kin === undefined ? new Redis({ ...to, ...settings }) : kin.duplicate({ ...to, ...settings })
  }

  const open = async (to: string | ConnectionOptions, options: ConnectionOptions, kin?: Redis): Promise<Redis> => {
    const redis = make(to, options, kin)
    let cause: Error | undefined
    redis.on('error', (error: Error) => {
      cause = error
    })
    redis.once('end', () => {
      if (all.delete(redis)) onEnd(cause ?? new Error('a connection ended'))
    })
    all.add(redis)
    try {
      await redis.connect()
    } catch (error) {
      throw cause ?? error
    }
    return redis
  }

  const dismiss = (redis: Redis): void => {
    all.delete(redis)
    redis.disconnect()
  }
  return {
    open,
    dismiss,
    close: () => {
      for (const redis of all) dismiss(redis)
    },
  }
}
