import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import type { ErrorBody, ErrorCode } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import { requestEvents } from '../../../shared/protocol/requests.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Admission } from '../admission/admission.ts'
import type { Principal } from '../admission/auth.ts'
import type { LimitExceeded, RateLimiter } from '../limits/rate-limiter.ts'
import { limitNames } from '../limits/rate-limiter.ts'
import type { Place } from '../limits/session-counts.ts'
import type { FrameReader } from '../requests/frame-reader.ts'
import { askedOf } from '../requests/frame-reader.ts'
import type { Asked } from '../requests/requester.ts'
import type { PendingEntry } from '../rooms/pending.ts'
import type { SessionRooms, SessionRoomsDeps } from '../rooms/session-rooms.ts'
import { createSessionRooms } from '../rooms/session-rooms.ts'
import type { UserSessions } from '../rooms/user-sessions.ts'
import { textFrame } from '../send-queue/framing.ts'
import type { SendQueue, SendQueueDeps } from '../send-queue/send-queue.ts'
import { createSendQueue } from '../send-queue/send-queue.ts'
import type { Wire } from '../send-queue/wire.ts'
import type { Asker, Requests, RequestsDeps } from './dispatcher.ts'
import { createRequests } from './dispatcher.ts'
import type { TokenLife } from './token-life.ts'
import { createTokenLife } from './token-life.ts'

/** One socket's life, from upgrade to close: anonymous → bound → draining → closed. */
export interface Session {
  readonly sendQueue: SendQueue
  /** `binding`: a first `create-user` is under way. */
  readonly stage: 'anonymous' | 'binding' | 'bound'
  /** A text frame has come. Never throws, whatever it holds. */
  receive(text: string): void
  /** The socket has taken everything that was written. */
  drained(): void
  /** Commands without an outcome. */
  readonly pendingCommands: number
  /** Tells the client when to move to another gateway. */
  announceMove(delayMs: number): void
  /** Takes no more frames; what came before is still answered. */
  stopReceiving(): void
  /** Writes what is queued, then closes the socket. */
  close(code: { readonly code: number; readonly reason: string }): void
  /** The socket is gone. Idempotent. */
  ended(): void
}

/** The same for all sessions of a gateway. */
export interface SessionDeps extends RequestsDeps {
  readonly read: FrameReader
  readonly userSessions: UserSessions
  readonly metrics: Metrics
  readonly sendQueuees: SendQueueDeps
  readonly sessionRooms: SessionRoomsDeps
  /** The socket has taken everything, or is gone. */
  readonly onRelief: (sendQueue: SendQueue) => void
  readonly onEnded: (session: Session) => void
}

const idText = (id: string | undefined): string => (id === undefined ? '' : `"id":${JSON.stringify(id)},`)

const known: ReadonlySet<string> = new Set(requestEvents)

/**
 * A class, and one object for all who look at the session: in closures, a
 * session was eighty of them. What only senders need is made when they send.
 */
class SocketSession implements Session, Asker {
  readonly principal: Principal
  readonly rateLimiter: RateLimiter
  readonly sendQueue: SendQueue
  readonly tokens: TokenLife
  rooms: SessionRooms | undefined = undefined
  isClosed = false
  private readonly wire: Wire
  private readonly place: Place
  private readonly ports: SessionDeps
  private readonly requests: Requests
  private isReceiving = true
  private entries: Set<PendingEntry> | undefined = undefined
  private turns: Map<string, Promise<void>> | undefined = undefined

  constructor(wire: Wire, admission: Admission, ports: SessionDeps) {
    this.principal = admission.principal
    this.rateLimiter = admission.rateLimiter
    this.wire = wire
    this.place = admission.place
    this.ports = ports
    this.sendQueue = createSendQueue(wire, this, ports.sendQueuees)
    this.requests = createRequests(this, ports)
    this.tokens = createTokenLife(this, admission, ports.clock)
  }

  get user(): string | undefined {
    return this.rooms?.user
  }

  get stage(): Session['stage'] {
    if (this.rooms !== undefined) return 'bound'
    return this.requests.isBinding ? 'binding' : 'anonymous'
  }

  get pending(): Set<PendingEntry> {
    this.entries ??= new Set()
    return this.entries
  }

  get order(): Map<string, Promise<void>> {
    this.turns ??= new Map()
    return this.turns
  }

  get pendingCommands(): number {
    return this.entries?.size ?? 0
  }

  receive(text: string): void {
    if (this.isClosed || !this.isReceiving) return
    const tooMany = this.rateLimiter.frame()
    if (tooMany !== undefined) return this.refuseExcess(askedOf(text), tooMany)
    const frame = this.ports.read(text)
    if ('error' in frame) return this.fail(frame.asked, frame.error)
    const frameBytes = Buffer.byteLength(text)
    const tooMuch = this.rateLimiter.request(frame.request, frameBytes)
    if (tooMuch === undefined) this.requests.handle(frame.request, frameBytes)
    else this.refuseExcess(frame.request, tooMuch)
  }

  drained(): void {
    this.rooms?.drained()
    this.ports.onRelief(this.sendQueue)
  }

  prepare(user: string): SessionRooms {
    return createSessionRooms(user, this.sendQueue, this.ports.sessionRooms)
  }

  bind(rooms: SessionRooms): void {
    this.rooms = rooms
    this.place.bound()
  }

  answer(asked: Asked, body: string): void {
    this.succeeded(asked)
    this.send(`{${idText(asked.id)}"event":"${asked.event}","body":${body}}`)
  }

  succeeded({ event }: Asked): void {
    this.ports.metrics.commands.inc({ event, outcome: 'ok' })
  }

  fail({ event, id }: Asked, error: ErrorBody): void {
    if (this.isClosed) return
    this.ports.metrics.commands.inc({ event: known.has(event) ? event : 'other', outcome: error.code })
    this.send(`{${idText(id)}"event":${JSON.stringify(event)},"error":${JSON.stringify(error)}}`)
    // What may be sent again later is no mistake, nor is what the service failed on.
    if (!error.retryable && error.code !== 'internal' && !this.rateLimiter.mayErr()) this.close(closeCodes.tooManyErrors)
  }

  refuse(asked: Asked, code: ErrorCode, message: string): void {
    this.fail(asked, errorBody(code, message))
  }

  refuseExcess(asked: Asked, { limit, waitMs }: LimitExceeded): void {
    this.ports.metrics.rateLimited.inc({ limit })
    this.fail(asked, errorBody('rate_limited', `too much at once, by the limit of the ${limitNames[limit]}`, { limit }, waitMs))
    if (!this.rateLimiter.mayErr()) this.close(closeCodes.flooding)
  }

  announceMove(delayMs: number): void {
    this.send(`{"event":"drain","body":{"delay_ms":${Math.round(delayMs)}}}`)
  }

  stopReceiving(): void {
    this.isReceiving = false
  }

  close({ code, reason }: { readonly code: number; readonly reason: string }): void {
    if (this.isClosed) return
    this.sendQueue.flush()
    this.ended()
    this.wire.close(code, reason)
  }

  ended(): void {
    if (this.isClosed) return
    const { rooms, sendQueue, ports } = this
    this.isClosed = true
    this.tokens.stop()
    this.rateLimiter.release()
    this.place.leave()
    sendQueue.close()
    ports.intake.abandon(this)
    if (rooms !== undefined) {
      ports.userSessions.remove(rooms.user, rooms)
      rooms.close()
    }
    ports.onEnded(this)
    ports.onRelief(sendQueue)
  }

  private send(text: string): void {
    this.sendQueue.push(textFrame(text))
  }
}

export const createSession = (wire: Wire, admission: Admission, ports: SessionDeps): Session =>
  new SocketSession(wire, admission, ports)
