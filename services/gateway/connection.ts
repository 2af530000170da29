import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { Times } from '../../shared/runtime/times.ts'
import type { Session } from './session.ts'
import type { Wire } from './wire.ts'

/**
 * Frames are written to the very socket, around `ws`, whose own frames (ping,
 * close) go there whole too. `onTaken` is called when the socket has taken
 * everything that it did not take at once. (Its `drain` event does not tell: it
 * comes only after more than the high-water mark was waiting.)
 */
export const wireOf = (webSocket: WebSocket, socket: Socket, onTaken: () => void): Wire => {
  let isBehind = false
  const taken = (): void => {
    if (!isBehind || socket.writableLength > 0) return
    isBehind = false
    onTaken()
  }
  return {
    write: (bytes) => {
      if (webSocket.readyState !== webSocket.OPEN) return
      socket.write(bytes, taken)
      isBehind = socket.writableLength > 0
    },
    unsentBytes: () => socket.writableLength,
    close: (code, reason) => webSocket.close(code, reason),
  }
}

export interface Connection {
  /** Pings, and closes who is stale or stuck. To be called about once a second. */
  check(nowMs: number): void
  /** Destroys the socket. */
  terminate(): void
}

/** Watches that the other side answers and takes what it is sent. */
export const watchConnection = (
  webSocket: WebSocket,
  socket: Socket,
  session: Session,
  times: Times,
  nowMs: number,
): Connection => {
  let heardAtMs = nowMs
  let pingedAtMs: number | undefined
  let sentBytes = 0
  let progressAtMs = nowMs
  let isHeard = false

  const hear = (): void => {
    isHeard = true
  }
  webSocket.on('pong', hear)
  webSocket.on('message', hear)

  const isStuck = (now: number): boolean => {
    const sent = socket.bytesWritten - socket.writableLength
    if (sent !== sentBytes || socket.writableLength === 0) progressAtMs = now
    sentBytes = sent
    return now - progressAtMs > times.stuckSocketMs
  }

  const isStale = (now: number): boolean => {
    if (isHeard) {
      isHeard = false
      heardAtMs = now
      pingedAtMs = undefined
    }
    if (pingedAtMs !== undefined) return now - pingedAtMs > times.socketPongMs
    if (now - heardAtMs >= times.socketPingMs) {
      pingedAtMs = now
      webSocket.ping()
    }
    return false
  }

  const end = (code: { readonly code: number; readonly reason: string }): void => {
    session.close(code)
    // A peer that takes nothing will not answer a close either.
    webSocket.terminate()
  }

  return {
    check: (now) => {
      if (isStuck(now)) end(closeCodes.slowConsumer)
      else if (isStale(now)) end(closeCodes.stale)
    },
    terminate: () => webSocket.terminate(),
  }
}
