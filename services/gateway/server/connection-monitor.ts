import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { Wire } from '../send-queue/wire.ts'
import type { Session } from '../session/session.ts'
import { createFrameTracker } from './frame-tracker.ts'

const isAbuse = (code: number): boolean => code === closeCodes.flooding.code || code === closeCodes.tooManyErrors.code

/** A class for the sake of memory: every socket has one. */
class SocketWire implements Wire {
  private readonly webSocket: WebSocket
  private readonly socket: Socket
  private readonly onTaken: () => void
  private isBehind = false

  constructor(webSocket: WebSocket, socket: Socket, onTaken: () => void) {
    this.webSocket = webSocket
    this.socket = socket
    this.onTaken = onTaken
  }

  write(bytes: Buffer): void {
    if (this.webSocket.readyState !== this.webSocket.OPEN) return
    this.socket.write(bytes, () => this.taken())
    this.isBehind = this.socket.writableLength > 0
  }

  unsentBytes(): number {
    return this.socket.writableLength
  }

  close(code: number, reason: string): void {
    this.webSocket.close(code, reason)
    // Whoever asks too much is not listened to any more, not even for its goodbye.
    if (isAbuse(code)) this.webSocket.pause()
  }

  private taken(): void {
    if (!this.isBehind || this.socket.writableLength > 0) return
    this.isBehind = false
    this.onTaken()
  }
}

/**
 * Frames are written to the very socket, around `ws`, whose own frames (ping,
 * close) go there whole too. `onTaken` is called when the socket has taken
 * everything that it did not take at once. (Its `drain` event does not tell: it
 * comes only after more than the high-water mark was waiting.)
 */
export const wireOf = (webSocket: WebSocket, socket: Socket, onTaken: () => void): Wire =>
  new SocketWire(webSocket, socket, onTaken)

export interface Connection {
  /** Pings, and closes who is stale or stuck. To be called about once a second. */
  check(nowMs: number): void
  /** A message has come. */
  heard(): void
  /** Destroys the socket. */
  terminate(): void
}

export interface ConnectionDeps {
  readonly webSocket: WebSocket
  readonly socket: Socket
  readonly session: Session
  readonly isService: boolean
  readonly rateLimiter: Pick<RateLimiter, 'mayPing'>
  readonly times: Times
  readonly nowMs: number
}

/** A class for the sake of memory: every socket has one. */
class WatchedConnection implements Connection {
  private readonly webSocket: WebSocket
  private readonly socket: Socket
  private readonly session: Session
  private readonly isService: boolean
  private readonly rateLimiter: Pick<RateLimiter, 'mayPing'>
  private readonly times: Times
  private readonly tracker = createFrameTracker()
  private heardAtMs: number
  private reasonAtMs: number
  private progressAtMs: number
  private begunAtMs: number
  private pingedAtMs: number | undefined = undefined
  private sentBytes = 0
  private finished = 0
  private isWaiting = false
  private isHeard = false
  private hasAsked = false

  constructor({ webSocket, socket, session, isService, rateLimiter, times, nowMs }: ConnectionDeps) {
    this.webSocket = webSocket
    this.socket = socket
    this.session = session
    this.isService = isService
    this.rateLimiter = rateLimiter
    this.times = times
    this.heardAtMs = nowMs
    this.reasonAtMs = nowMs
    this.progressAtMs = nowMs
    this.begunAtMs = nowMs
    this.listen()
  }

  check(now: number): void {
    const { webSocket, session, isService } = this
    if (webSocket.isPaused && webSocket.readyState === webSocket.OPEN && !session.sendQueue.isFull()) webSocket.resume()
    if (this.isStuck(now)) this.end(closeCodes.slowConsumer)
    else if (this.isStale(now)) this.end(closeCodes.stale)
    else if (this.isUnfinished(now)) session.close(closeCodes.unfinished)
    else if (this.isIdle(now)) session.close(isService ? closeCodes.idle : closeCodes.unbound)
  }

  heard(): void {
    this.isHeard = true
    this.hasAsked = true
  }

  terminate(): void {
    this.webSocket.terminate()
  }

  private listen(): void {
    const { webSocket, session, tracker } = this
    webSocket.on('pong', () => this.hearPing())
    // A pong is owed for the last ping only, and to nobody who does not take it.
    webSocket.on('ping', (payload) => {
      if (this.hearPing() && !session.sendQueue.isFull()) webSocket.pong(payload)
    })
    this.socket.on('data', (chunk: Buffer) => tracker.read(chunk))
  }

  private hearPing(): boolean {
    this.isHeard = true
    const isAllowed = this.rateLimiter.mayPing()
    if (!isAllowed) this.session.close(closeCodes.flooding)
    return isAllowed
  }

  private isStuck(now: number): boolean {
    const { socket } = this
    const sent = socket.bytesWritten - socket.writableLength
    // Whoever takes what had to wait for it lives, though it may not be read meanwhile.
    if (this.isWaiting && sent !== this.sentBytes) this.isHeard = true
    this.isWaiting = socket.writableLength > 0
    if (sent !== this.sentBytes || !this.isWaiting) this.progressAtMs = now
    this.sentBytes = sent
    return now - this.progressAtMs > this.times.stuckSocketMs
  }

  private isStale(now: number): boolean {
    if (this.isHeard) {
      this.isHeard = false
      this.heardAtMs = now
      this.pingedAtMs = undefined
    }
    if (this.pingedAtMs !== undefined) return now - this.pingedAtMs > this.times.socketPongMs
    if (now - this.heardAtMs >= this.times.socketPingMs) {
      this.pingedAtMs = now
      this.webSocket.ping()
    }
    return false
  }

  /** From the first byte of a message on, whatever else comes in between. */
  private isUnfinished(now: number): boolean {
    const { isUnfinished, finished } = this.tracker
    if (!isUnfinished || finished !== this.finished) this.begunAtMs = now
    this.finished = finished
    return now - this.begunAtMs > this.times.frameMs
  }

  /** Without a user nothing can come; a service may ask for others all the same. */
  private isIdle(now: number): boolean {
    const { isService, times } = this
    const hasReason = this.session.stage !== 'anonymous' || (isService && this.hasAsked)
    if (hasReason) this.reasonAtMs = now
    this.hasAsked = false
    return now - this.reasonAtMs > (isService ? times.unboundIdleMs : times.bindMs)
  }

  private end(code: { readonly code: number; readonly reason: string }): void {
    this.session.close(code)
    // A peer that takes nothing will not answer a close either.
    this.webSocket.terminate()
  }
}

/** Watches that the other side says what it is there for, finishes what it begins, answers, and takes what it is sent. */
export const watchConnection = (ports: ConnectionDeps): Connection => new WatchedConnection(ports)
