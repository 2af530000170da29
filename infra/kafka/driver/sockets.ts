import type { Socket } from 'node:net'
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ISocketFactory, ISocketFactoryArgs } from 'kafkajs'

/** The sockets of one kafkajs client. */
export interface Sockets {
  readonly create: ISocketFactory
  /** Number of produce requests written to any socket. A request that was not written is on no broker. */
  readonly produced: number
  /** Whether a socket has ended, or could not be opened. */
  readonly hasLost: boolean
  /** Destroys all sockets, also those opened later: nothing more is sent. */
  shut(): void
}

const keepAliveMs = 30_000

/** The API key of a request follows its length; 0 is Produce. */
const isProduce = (request: unknown): boolean => Buffer.isBuffer(request) && request.length > 6 && request.readInt16BE(4) === 0

/** `ssl` may be absent, although its type is not optional. */
const open = ({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket => {
  const named = isIP(host) === 0 ? { servername: host } : {}
  const socket = ssl
    ? connectTls({ host, port, ...named, ...ssl, rejectUnauthorized: true }, onConnect)
    : connect({ host, port }, onConnect)
  return socket.setNoDelay(true).setKeepAlive(true, keepAliveMs)
}

/** For one client of the driver; its own sockets would wait to fill packets. */
export const clientSockets = (): Sockets => {
  const all = new Set<Socket>()
  let produced = 0
  let hasLost = false
  let isShut = false

  const destroy = (socket: Socket): void => void socket.destroy(new Error('the client was closed'))

  const watch = (socket: Socket): Socket => {
    const write = socket.write.bind(socket)
    const counted = (chunk: Uint8Array | string, encoding?: BufferEncoding): boolean => {
      if (isProduce(chunk)) produced += 1
      return write(chunk, encoding)
    }
    all.add(socket)
    socket.once('close', () => {
      hasLost = true
      all.delete(socket)
    })
    return Object.assign(socket, { write: counted })
  }

  return {
    create: (args) => {
      const socket = watch(open(args))
      if (isShut) destroy(socket)
      return socket
    },
    get produced() {
      return produced
    },
    get hasLost() {
      return hasLost
    },
    shut: () => {
      isShut = true
      for (const socket of all) destroy(socket)
    },
  }
}
