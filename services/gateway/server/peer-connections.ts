import type { Socket } from 'node:net'
import { addressKey, unwrapped } from '../admission/client-address.ts'
import { createCounts } from '../limits/counts.ts'

/**
 * Bounds the TCP connections per peer address that carry no session: those
 * before authentication, and those of HTTP requests.
 *
 * Promises:  a connection counts from its acceptance until it closes or
 *            becomes a session, which has bounds of its own.
 * Does not:  count connections of trusted proxies. One proxy carries the
 *            connections of many clients, and the client's address is known
 *            only from the headers, where rates and session bounds apply.
 */
export interface PeerConnections {
  /** Counts a new connection. False: its peer has too many, and this one is not counted. */
  enter(socket: Socket): boolean
  /** The connection carries a session from now on. */
  becameSession(socket: Socket): void
}

/** The bound per address, and its exemption. */
export interface PeerConnectionsOptions {
  readonly maxPerAddress: number
  readonly isTrustedProxy: (address: string) => boolean
}

export const createPeerConnections = ({ maxPerAddress, isTrustedProxy }: PeerConnectionsOptions): PeerConnections => {
  const counts = createCounts()
  const leaving = new WeakMap<Socket, () => void>()

  const leave = (socket: Socket): void => {
    const onClose = leaving.get(socket)
    if (onClose === undefined) return
    leaving.delete(socket)
    socket.off('close', onClose)
    onClose()
  }

  return {
    enter: (socket) => {
      const address = unwrapped(socket.remoteAddress ?? '')
      if (isTrustedProxy(address)) return true
      const key = addressKey(address)
      if (counts.of(key) >= maxPerAddress) return false
      counts.add(key, 1)
      const onClose = (): void => counts.add(key, -1)
      leaving.set(socket, onClose)
      socket.once('close', onClose)
      return true
    },
    becameSession: leave,
  }
}
