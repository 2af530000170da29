import type { AddressInfo, Server } from 'node:net'
import { StartError } from '../config/start-error.ts'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'not an address of this machine',
  EACCES: 'not allowed for this user',
  ENOTFOUND: 'unknown host',
}

/**
 * Connections that the kernel completes before the process accepts them; the kernel may allow fewer (`net.core.somaxconn`,
 * 4,096 by default). Node's default of 511 is less than the number of clients that reconnect after an outage; the others
 * would retry after a second.
 */
const backlog = 4_096

/** Resolves with the port when the server listens. Rejects with a `StartError` that names the variable of the port. */
export const listen = (server: Server, host: string, port: number, variable: string): Promise<{ readonly port: number }> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = reasons['code' in error ? String(error.code) : '']
      reject(reason === undefined ? error : new StartError(`${variable}: ${host}:${port}: ${reason}`, { cause: error }))
    })
    server.listen({ port, host, backlog }, () => resolve({ port: (server.address() as AddressInfo).port }))
  })
