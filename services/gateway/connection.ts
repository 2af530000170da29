import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { Times } from '../../shared/runtime/times.ts'
import { createFrameTracker } from './frame-tracker.ts'
import type { Session } from './session.ts'
import type { Wire } from './wire.ts'

const isAbuse = (code: number): boolean => code === closeCodes.flooding.code || code === closeCodes.tooManyErrors.code

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
    close: (code, reason) => {
      webSocket.close(code, reason)
      // Whoever asks too much is not listened to any more, not even for its goodbye.
      if (isAbuse(code)) webSocket.pause()
    },
  }
}

export interface Connection {
  /** Pings, and closes who is stale or stuck. To be called about once a second. */
  check(nowMs: number): void
  /** Destroys the socket. */
  terminate(): void
}

export interface ConnectionPorts {
  readonly webSocket: WebSocket
  readonly socket: Socket
  readonly session: Session
  readonly isService: boolean
  readonly mayPing: () => boolean
  readonly times: Times
  readonly nowMs: number
}

/** Watches that the other side says what it is there for, finishes what it begins, answers, and takes what it is sent. */
export const watchConnection = (ports: ConnectionPorts): Connection => {
  const { webSocket, socket, session, isService, mayPing, times, nowMs } = ports
  const tracker = createFrameTracker()
  let heardAtMs = nowMs
  let reasonAtMs = nowMs
  let pingedAtMs: number | undefined
  let sentBytes = 0
  let progressAtMs = nowMs
  let begunAtMs = nowMs
  let finished = 0
  let isWaiting = false
  let isHeard = false
  let hasAsked = false

  const hear = (): void => {
    isHeard = true
  }
  const hearPing = (): boolean => {
    hear()
    const isAllowed = mayPing()
    if (!isAllowed) session.close(closeCodes.flooding)
    return isAllowed
  }
  webSocket.on('message', () => {
    hear()
    hasAsked = true
  })
  webSocket.on('pong', hearPing)
  // A pong is owed for the last ping only, and to nobody who does not take it.
  webSocket.on('ping', (payload) => {
    if (hearPing() && !session.outbox.isFull()) webSocket.pong(payload)
  })
  socket.on('data', tracker.read)

  const isStuck = (now: number): boolean => {
    const sent = socket.bytesWritten - socket.writableLength
    // Whoever takes what had to wait for it lives, though it may not be read meanwhile.
    if (isWaiting && sent !== sentBytes) hear()
    isWaiting = socket.writableLength > 0
    if (sent !== sentBytes || !isWaiting) progressAtMs = now
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

  /** From the first byte of a message on, whatever else comes in between. */
  const isUnfinished = (now: number): boolean => {
    if (!tracker.isUnfinished || tracker.finished !== finished) begunAtMs = now
    finished = tracker.finished
    return now - begunAtMs > times.frameMs
  }

  /** Without a user nothing can come; a service may ask for others all the same. */
  const isIdle = (now: number): boolean => {
    const hasReason = session.stage !== 'anonymous' || (isService && hasAsked)
    if (hasReason) reasonAtMs = now
    hasAsked = false
    return now - reasonAtMs > (isService ? times.unboundIdleMs : times.bindMs)
  }

  const end = (code: { readonly code: number; readonly reason: string }): void => {
    session.close(code)
    // A peer that takes nothing will not answer a close either.
    webSocket.terminate()
  }

  return {
    check: (now) => {
      if (webSocket.isPaused && webSocket.readyState === webSocket.OPEN && !session.outbox.isFull()) webSocket.resume()
      if (isStuck(now)) end(closeCodes.slowConsumer)
      else if (isStale(now)) end(closeCodes.stale)
      else if (isUnfinished(now)) session.close(closeCodes.unfinished)
      else if (isIdle(now)) session.close(isService ? closeCodes.idle : closeCodes.unbound)
    },
    terminate: () => webSocket.terminate(),
  }
}
