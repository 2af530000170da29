import type { Socket } from 'node:net'
import { connect as connectPlain } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { connect as connectTls } from 'node:tls'
import { AbstractConnector } from 'ioredis'

/** The fields that ioredis passes to a connector. */
interface ConnectorOptions {
  readonly host?: string
  readonly port?: number
  readonly family?: number
  /** `true` for a URL that begins with `rediss://`, if no certificates are configured. */
  readonly tls?: ConnectionOptions | true
  readonly disconnectTimeout: number
}

/**
 * Opens the sockets of a Redis client and handles all their errors.
 *
 * ioredis's own connector handles only the first error of a socket. A TLS socket
 * may have two (a refused certificate, and then its unsent data), and the second
 * would be uncaught and end the process.
 */
export class RedisConnector extends AbstractConnector {
  readonly #options: ConnectorOptions

  constructor(options: unknown) {
    const known = options as ConnectorOptions
    super(known.disconnectTimeout)
    this.#options = known
  }

  connect(): Promise<Socket> {
    const { host = 'localhost', port = 6379, family = 0, tls } = this.#options
    const where = { host, port, family }
    this.connecting = true
    this.stream = tls === undefined ? connectPlain(where) : connectTls({ ...(tls === true ? {} : tls), ...where })
    this.stream.once('error', (error) => {
      this.firstError = error
    })
    // Handles all later errors.
    this.stream.on('error', () => {})
    return Promise.resolve(this.stream)
  }
}
