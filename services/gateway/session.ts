import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { ErrorBody, ErrorCode } from '../../shared/protocol/errors.ts'
import { errorBody } from '../../shared/protocol/errors.ts'
import { requestEvents } from '../../shared/protocol/requests.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { Admission } from './admission.ts'
import type { Allowance, Excess } from './allowance.ts'
import { limitNames } from './allowance.ts'
import type { Principal } from './auth.ts'
import type { Asked } from './caller.ts'
import type { Place } from './crowd.ts'
import type { FrameReader } from './frame-reader.ts'
import { askedOf } from './frame-reader.ts'
import { textFrame } from './framing.ts'
import type { Hub } from './hub.ts'
import type { Outbox, OutboxPorts } from './outbox.ts'
import { createOutbox } from './outbox.ts'
import type { PendingEntry } from './pending.ts'
import type { Asker, Requests, RequestsPorts } from './requests.ts'
import { createRequests } from './requests.ts'
import type { SessionRooms, SessionRoomsPorts } from './session-rooms.ts'
import { createSessionRooms } from './session-rooms.ts'
import type { TokenLife } from './token-life.ts'
import { createTokenLife } from './token-life.ts'
import type { Wire } from './wire.ts'

/** One socket's life, from upgrade to close: anonymous → bound → draining → closed. */
export interface Session {
  readonly outbox: Outbox
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
export interface SessionPorts extends RequestsPorts {
  readonly read: FrameReader
  readonly hub: Hub
  readonly metrics: Metrics
  readonly outboxes: OutboxPorts
  readonly sessionRooms: SessionRoomsPorts
  /** The socket has taken everything, or is gone. */
  readonly onRelief: (outbox: Outbox) => void
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
  readonly allowance: Allowance
  readonly outbox: Outbox
  readonly tokens: TokenLife
  rooms: SessionRooms | undefined = undefined
  isClosed = false
  private readonly wire: Wire
  private readonly place: Place
  private readonly ports: SessionPorts
  private readonly requests: Requests
  private isReceiving = true
  private entries: Set<PendingEntry> | undefined = undefined
  private turns: Map<string, Promise<void>> | undefined = undefined

  constructor(wire: Wire, admission: Admission, ports: SessionPorts) {
    this.principal = admission.principal
    this.allowance = admission.allowance
    this.wire = wire
    this.place = admission.place
    this.ports = ports
    this.outbox = createOutbox(wire, this, ports.outboxes)
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
    const tooMany = this.allowance.frame()
    if (tooMany !== undefined) return this.refuseExcess(askedOf(text), tooMany)
    const frame = this.ports.read(text)
    if ('error' in frame) return this.fail(frame.asked, frame.error)
    const frameBytes = Buffer.byteLength(text)
    const tooMuch = this.allowance.request(frame.request, frameBytes)
    if (tooMuch === undefined) this.requests.handle(frame.request, frameBytes)
    else this.refuseExcess(frame.request, tooMuch)
  }

  drained(): void {
    this.rooms?.drained()
    this.ports.onRelief(this.outbox)
  }

  prepare(user: string): SessionRooms {
    return createSessionRooms(user, this.outbox, this.ports.sessionRooms)
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
    if (!error.retryable && error.code !== 'internal' && !this.allowance.mayErr()) this.close(closeCodes.tooManyErrors)
  }

  refuse(asked: Asked, code: ErrorCode, message: string): void {
    this.fail(asked, errorBody(code, message))
  }

  refuseExcess(asked: Asked, { limit, waitMs }: Excess): void {
    this.ports.metrics.rateLimited.inc({ limit })
    this.fail(asked, errorBody('rate_limited', `too much at once, by the limit of the ${limitNames[limit]}`, { limit }, waitMs))
    if (!this.allowance.mayErr()) this.close(closeCodes.flooding)
  }

  announceMove(delayMs: number): void {
    this.send(`{"event":"drain","body":{"delay_ms":${Math.round(delayMs)}}}`)
  }

  stopReceiving(): void {
    this.isReceiving = false
  }

  close({ code, reason }: { readonly code: number; readonly reason: string }): void {
    if (this.isClosed) return
    this.outbox.flush()
    this.ended()
    this.wire.close(code, reason)
  }

  ended(): void {
    if (this.isClosed) return
    const { rooms, outbox, ports } = this
    this.isClosed = true
    this.tokens.stop()
    this.allowance.release()
    this.place.leave()
    outbox.close()
    ports.intake.abandon(this)
    if (rooms !== undefined) {
      ports.hub.remove(rooms.user, rooms)
      rooms.close()
    }
    ports.onEnded(this)
    ports.onRelief(outbox)
  }

  private send(text: string): void {
    this.outbox.push(textFrame(text))
  }
}

export const createSession = (wire: Wire, admission: Admission, ports: SessionPorts): Session =>
  new SocketSession(wire, admission, ports)
