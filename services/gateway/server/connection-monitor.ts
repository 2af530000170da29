import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { Session } from '../session/session.ts'
import { FrameTracker } from './frame-tracker.ts'

/** A connection to monitor. */
export interface MonitoredConnection {
  readonly webSocket: WebSocket
  readonly socket: Socket
  readonly session: Session
  readonly isService: boolean
  readonly rateLimiter: Pick<RateLimiter, 'mayPing'>
  readonly times: Times
  /** Monotonic. */
  readonly nowMs: number
}

/**
 * Closes a connection that is stuck, stale or idle, or does not complete a
 * message that it began; sends the pings. A class, because every socket has one.
 */
export class ConnectionMonitor {
  private readonly webSocket: WebSocket
  private readonly socket: Socket
  private readonly session: Session
  private readonly isService: boolean
  private readonly rateLimiter: Pick<RateLimiter, 'mayPing'>
  private readonly times: Times
  private readonly tracker = new FrameTracker()
  private aliveAtMs: number
  private reasonAtMs: number
  private progressAtMs: number
  private begunAtMs: number
  private pingedAtMs: number | undefined = undefined
  private sentBytes = 0
  private finished = 0
  private isWaiting = false
  private isAlive = false
  private hasRequested = false

  constructor({ webSocket, socket, session, isService, rateLimiter, times, nowMs }: MonitoredConnection) {
    this.webSocket = webSocket
    this.socket = socket
    this.session = session
    this.isService = isService
    this.rateLimiter = rateLimiter
    this.times = times
    this.aliveAtMs = nowMs
    this.reasonAtMs = nowMs
    this.progressAtMs = nowMs
    this.begunAtMs = nowMs
    this.listen()
  }

  /** Sends a ping or closes the connection if it is due. Call it about once a second. */
  check(now: number): void {
    const { webSocket, session, isService } = this
    if (webSocket.isPaused && webSocket.readyState === webSocket.OPEN && !session.sendQueue.isFull()) webSocket.resume()
    if (this.isStuck(now)) this.end(closeCodes.slowConsumer)
    else if (this.isStale(now)) this.end(closeCodes.stale)
    else if (this.isUnfinished(now)) session.close(closeCodes.unfinished)
    else if (this.isIdle(now)) session.close(isService ? closeCodes.idle : closeCodes.unbound)
  }

  /** A message was received. */
  received(): void {
    this.isAlive = true
    this.hasRequested = true
  }

  /** Destroys the socket. */
  terminate(): void {
    this.webSocket.terminate()
  }

  private listen(): void {
    const { webSocket, session, tracker } = this
    webSocket.on('pong', () => this.receivePing())
    // RFC 6455 requires a pong for the latest ping only. None is sent while the send queue is full.
    webSocket.on('ping', (payload) => {
      if (this.receivePing() && !session.sendQueue.isFull()) webSocket.pong(payload)
    })
    this.socket.on('data', (chunk: Buffer) => tracker.read(chunk))
  }

  private receivePing(): boolean {
    this.isAlive = true
    const isAllowed = this.rateLimiter.mayPing()
    if (!isAllowed) this.session.close(closeCodes.flooding)
    return isAllowed
  }

  private isStuck(now: number): boolean {
    const { socket } = this
    if (!this.isWaiting && socket.writableLength === 0) {
      this.progressAtMs = now
      return false
    }
    const sent = socket.bytesWritten - socket.writableLength
    // Write progress counts as liveness, because reading may be paused.
    if (this.isWaiting && sent !== this.sentBytes) this.isAlive = true
    this.isWaiting = socket.writableLength > 0
    if (sent !== this.sentBytes || !this.isWaiting) this.progressAtMs = now
    this.sentBytes = sent
    return now - this.progressAtMs > this.times.stuckSocketMs
  }

  private isStale(now: number): boolean {
    if (this.isAlive) {
      this.isAlive = false
      this.aliveAtMs = now
      this.pingedAtMs = undefined
    }
    if (this.pingedAtMs !== undefined) return now - this.pingedAtMs > this.times.socketPongMs
    if (now - this.aliveAtMs >= this.times.socketPingMs) {
      this.pingedAtMs = now
      this.webSocket.ping()
    }
    return false
  }

  /** Measures from the first byte of a message, regardless of control frames in between. */
  private isUnfinished(now: number): boolean {
    const { isUnfinished, finished } = this.tracker
    if (!isUnfinished || finished !== this.finished) this.begunAtMs = now
    this.finished = finished
    return now - this.begunAtMs > this.times.frameMs
  }

  /** An unbound socket receives no events. Only a service may stay unbound, as long as it sends requests. */
  private isIdle(now: number): boolean {
    const { isService, times } = this
    const hasReason = this.session.stage !== 'anonymous' || (isService && this.hasRequested)
    if (hasReason) this.reasonAtMs = now
    this.hasRequested = false
    return now - this.reasonAtMs > (isService ? times.unboundIdleMs : times.bindMs)
  }

  private end(code: { readonly code: number; readonly reason: string }): void {
    this.session.close(code)
    // A peer that does not read will not answer the close frame.
    this.webSocket.terminate()
  }
}
