import type { AddressInfo, Server } from 'node:net'
import { StartError } from './start-error.ts'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'not an address of this machine',
  EACCES: 'not allowed for this user',
  ENOTFOUND: 'unknown host',
}

/** Listens; resolves with the port. Rejects with `StartError` that names the variable which set it. */
export const listen = (server: Server, host: string, port: number, variable: string): Promise<{ readonly port: number }> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = reasons['code' in error ? String(error.code) : '']
      reject(reason === undefined ? error : new StartError(`${variable}: ${host}:${port}: ${reason}`, { cause: error }))
    })
    server.listen(port, host, () => resolve({ port: (server.address() as AddressInfo).port }))
  })
