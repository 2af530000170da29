import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { nodeAddress } from './chat-namespace.ts'

/** A port of this machine that pods of the cluster can reach. */
export interface ReachedByPods extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** `http://host:port` */
  readonly origin: string
}

/** The address of this machine on the network of the node. Connecting a datagram socket sends nothing. */
const ownAddress = async (): Promise<string> => {
  const socket = createSocket('udp4')
  socket.connect(1, await nodeAddress())
  await once(socket, 'connect')
  const { address } = socket.address()
  socket.close()
  return address
}

/** Forwards connections of pods to a port of loopback, where the servers of the tests listen. */
export const reachedByPods = async (target: number): Promise<ReachedByPods> => {
  const host = await ownAddress()
  const server = createServer((socket) => {
    const upstream = connect(target, '127.0.0.1')
    socket.pipe(upstream).pipe(socket)
    for (const [side, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      side.on('error', () => other.destroy())
      side.on('close', () => other.destroy())
    }
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    host,
    port,
    origin: `http://${host}:${port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}
