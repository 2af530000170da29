import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { Link } from './link.ts'
import type { LinkFaults, ProxiedConnection } from './proxied-connection.ts'
import { proxiedConnection } from './proxied-connection.ts'

export interface TcpProxy extends Link, AsyncDisposable {
  /** The port on `host`; it stays the same until the proxy is disposed of, also while it is cut. */
  readonly port: number
}

/** Forwards connections to the target port; calls `targetPort` for each new connection. */
export const tcpProxy = async (targetPort: () => number, host = '127.0.0.1'): Promise<TcpProxy> => {
  const faults: LinkFaults = { cut: undefined, droppedDirection: 'both', delayMs: 0 }
  const connections = new Set<ProxiedConnection>()
  const resetAll = (): void => {
    for (const connection of connections) connection.reset()
  }
  const accept = (client: Socket): void => {
    if (faults.cut === 'reset') {
      client.on('error', () => {}).resetAndDestroy()
      return
    }
    const connection = proxiedConnection(client, targetPort(), faults)
    connections.add(connection)
    connection.onClosed(() => connections.delete(connection))
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
  server.listen(0, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections.size
    },
    cut: (how, direction = 'both') => {
      if (how === 'reset') resetAll()
      Object.assign(faults, { cut: how, droppedDirection: direction } satisfies Partial<LinkFaults>)
    },
    delay: (ms) => {
      faults.delayMs = ms
    },
    heal: () => {
      if (faults.cut === 'black-hole') resetAll()
      Object.assign(faults, { cut: undefined, delayMs: 0 } satisfies Partial<LinkFaults>)
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      resetAll()
      await closed
    },
  }
}
