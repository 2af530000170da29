import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import { answerFrame, errorFrame, noticeFrame } from '../../../shared/frames/answer-frame.ts'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import type { ErrorBody, ErrorCode } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { Request, RequestOf } from '../../../shared/protocol/requests.ts'
import { requestEvents } from '../../../shared/protocol/requests.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Admission } from '../admission/admission.ts'
import type { Principal } from '../admission/auth.ts'
import type { LimitExceeded, RateLimiter } from '../limits/rate-limiter.ts'
import { limitNames } from '../limits/rate-limiter.ts'
import type { SessionSlot } from '../limits/session-counts.ts'
import type { FeatureLevel } from '../reads/feature-level.ts'
import type { FrameReader } from '../requests/frame-reader.ts'
import { behindRefused } from '../requests/hand-over.ts'
import type { SocketRequester } from '../requests/requester.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { UserSessions } from '../rooms/user-sessions.ts'
import { textFrame } from '../send-queue/framing.ts'
import type { SendQueue, SendQueueDeps } from '../send-queue/send-queue.ts'
import { SocketSendQueue } from '../send-queue/send-queue.ts'
import type { Wire } from '../send-queue/wire.ts'
import type { SessionSignals } from '../signals/signals.ts'
import type { DispatcherDeps } from './dispatcher.ts'
import { Dispatcher } from './dispatcher.ts'
import { TokenLife } from './token-life.ts'

/** Shared by all sessions of a gateway. */
export interface SessionDeps extends DispatcherDeps {
  readonly read: FrameReader
  readonly userSessions: UserSessions
  readonly signals: Pick<SessionSignals, 'watches'>
  readonly metrics: Metrics
  readonly sendQueue: SendQueueDeps
  /** The socket has taken everything, or is closed. */
  readonly onDrained: (sendQueue: SendQueue) => void
  readonly onEnded: (session: Session) => void
}

const known: ReadonlySet<string> = new Set(requestEvents)

/**
 * One socket, from upgrade to close: anonymous → binding → bound → closed.
 *
 * A class, because a gateway has one per socket: as closures, each session cost
 * about eighty function objects.
 */
export class Session implements SocketRequester {
  readonly principal: Principal
  readonly rateLimiter: RateLimiter
  readonly sendQueue: SendQueue
  rooms: SessionRooms | undefined = undefined
  isClosed = false
  private readonly wire: Wire
  private readonly slot: SessionSlot
  private readonly deps: SessionDeps
  private readonly dispatcher: Dispatcher
  private readonly tokens: TokenLife
  private isReceiving = true

  constructor(wire: Wire, admission: Admission, deps: SessionDeps) {
    this.principal = admission.principal
    this.rateLimiter = admission.rateLimiter
    this.wire = wire
    this.slot = admission.slot
    this.deps = deps
    this.sendQueue = new SocketSendQueue(wire, this, deps.sendQueue)
    this.dispatcher = new Dispatcher(this, deps)
    this.tokens = new TokenLife(this, admission, deps.clock)
  }

  get user(): string | undefined {
    return this.rooms?.user
  }

  /** `binding`: the first `create-user` has no answer yet. */
  get stage(): 'anonymous' | 'binding' | 'bound' {
    if (this.rooms !== undefined) return 'bound'
    return this.dispatcher.isBinding ? 'binding' : 'anonymous'
  }

  /** Commands without an outcome. */
  get pendingCommands(): number {
    return this.deps.intake.inFlight(this)
  }

  /** Handles the text of a frame. Never throws, for any text. */
  receive(text: string): void {
    if (this.isClosed || !this.isReceiving) return
    const tooManyFrames = this.rateLimiter.frame()
    const frame = this.deps.read(text)
    if (tooManyFrames !== undefined) return this.refuseExceeded('error' in frame ? frame.ref : frame.request, tooManyFrames)
    if ('error' in frame) return this.fail(frame.ref, frame.error)
    // Before the request is charged: the sender could not know of the refusal yet.
    if (this.deps.intake.isBehindRefused(this, frame.request)) return this.failBehindRefused(frame.request)
    const frameBytes = Buffer.byteLength(text)
    const exceeded = this.rateLimiter.request(frame.request, frameBytes)
    if (exceeded === undefined) this.dispatcher.handle(frame.request, frameBytes)
    else this.refuseExceeded(frame.request, exceeded)
  }

  /** The socket has taken everything that was written. */
  drained(): void {
    this.rooms?.drained()
    this.deps.onDrained(this.sendQueue)
  }

  bind(rooms: SessionRooms): void {
    this.rooms = rooms
    this.slot.bound()
  }

  refresh(request: RequestOf<'refresh'>): Promise<void> {
    return this.tokens.refresh(request)
  }

  answer(ref: RequestRef, body: string): void {
    this.succeeded(ref)
    this.send(answerFrame(ref, body))
  }

  succeeded({ event }: RequestRef): void {
    this.deps.metrics.commands.inc({ event, outcome: 'ok' })
  }

  fail(ref: RequestRef, error: ErrorBody): void {
    if (this.isClosed) return
    this.deps.metrics.commands.inc({ event: known.has(ref.event) ? ref.event : 'other', outcome: error.code })
    this.send(errorFrame(ref, error))
    // After `timeout` the log may hold the command.
    if (error.retryable && error.code !== 'timeout') this.deps.intake.noteRefused(this, ref)
    // Only errors that the client could have avoided count against it.
    if (!error.retryable && error.code !== 'internal' && !this.rateLimiter.mayErr()) this.close(closeCodes.tooManyErrors)
  }

  refuse(ref: RequestRef, code: ErrorCode, message: string): void {
    this.fail(ref, errorBody(code, message))
  }

  refuseExceeded(ref: RequestRef, { limit, waitMs }: LimitExceeded): void {
    this.deps.metrics.rateLimited.inc({ limit })
    this.fail(ref, errorBody('rate_limited', `rate limit exceeded: ${limitNames[limit]}`, { limit }, waitMs))
    if (!this.rateLimiter.mayErr()) this.close(closeCodes.flooding)
  }

  /** Sends the delay after which the client reconnects to another gateway. */
  announceMove(delayMs: number): void {
    this.send(noticeFrame('drain', { delay_ms: Math.round(delayMs) }))
  }

  /** Sends the events that are accepted now, unless the answer to `create-user` will have them. */
  announceFeatures({ events, current: level }: FeatureLevel): void {
    if (this.rooms !== undefined) this.send(noticeFrame('features', { features: events, level }))
  }

  /** Ignores further frames. Requests that were received before are still answered. */
  stopReceiving(): void {
    this.isReceiving = false
  }

  /** Writes the send queue, then closes the socket. */
  close({ code, reason }: { readonly code: number; readonly reason: string }): void {
    if (this.isClosed) return
    this.sendQueue.flush()
    this.ended()
    this.wire.close(code, reason)
  }

  /** The socket is closed. Gives back everything that the session holds. Idempotent. */
  ended(): void {
    if (this.isClosed) return
    const { rooms, sendQueue, deps } = this
    this.isClosed = true
    this.tokens.stop()
    this.rateLimiter.release()
    this.slot.leave()
    sendQueue.close()
    deps.intake.abandon(this)
    if (rooms !== undefined) {
      deps.signals.watches.ended(rooms)
      deps.userSessions.remove(rooms.user, rooms)
      rooms.close()
    }
    deps.onEnded(this)
    deps.onDrained(sendQueue)
  }

  private failBehindRefused(request: Request): void {
    this.fail(request, behindRefused('after' in request ? request.after : undefined))
  }

  private send(text: string): void {
    this.sendQueue.push(textFrame(text))
  }
}
