import type { Socket } from 'node:net'
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ISocketFactory, ISocketFactoryArgs } from 'kafkajs'

/** The sockets of one client of the driver, to watch and to end. */
export interface Sockets {
  readonly create: ISocketFactory
  /** Produce requests that any of them was given. What no socket was given, no broker has. */
  readonly produced: number
  /** Whether one of them has ended, or never came about. */
  readonly hasLost: boolean
  /** Destroys all of them, also those that are still to be opened: nothing leaves any more. */
  shut(): void
}

const keepAliveMs = 30_000

/** A request names its kind behind its length: 0 is Produce. */
const isProduce = (request: unknown): boolean => Buffer.isBuffer(request) && request.length > 6 && request.readInt16BE(4) === 0

/** Typed as always there, `ssl` is not. */
const open = ({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket => {
  const named = isIP(host) === 0 ? { servername: host } : {}
  const socket = ssl ? connectTls({ host, port, ...named, ...ssl }, onConnect) : connect({ host, port }, onConnect)
  return socket.setNoDelay(true).setKeepAlive(true, keepAliveMs)
}

/** For one client of the driver; its own sockets would wait to fill packets. */
export const clientSockets = (): Sockets => {
  const all = new Set<Socket>()
  let produced = 0
  let hasLost = false
  let isShut = false

  const destroy = (socket: Socket): void => void socket.destroy(new Error('the client was shut'))

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
