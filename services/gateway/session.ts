import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { ErrorBody } from '../../shared/protocol/errors.ts'
import { errorBody } from '../../shared/protocol/errors.ts'
import { requestEvents } from '../../shared/protocol/requests.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { Admission } from './admission.ts'
import type { Excess } from './allowance.ts'
import { limitNames } from './allowance.ts'
import type { BindableCaller } from './binding.ts'
import type { Asked } from './caller.ts'
import type { FrameReader } from './frame-reader.ts'
import { askedOf } from './frame-reader.ts'
import { textFrame } from './framing.ts'
import type { Hub } from './hub.ts'
import type { Outbox } from './outbox.ts'
import type { RequestsPorts } from './requests.ts'
import { createRequests } from './requests.ts'
import type { SessionRooms } from './session-rooms.ts'
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

export interface SessionPorts extends Omit<RequestsPorts, 'caller' | 'tokens' | 'allowance' | 'refuseExcess'> {
  readonly wire: Wire
  readonly outbox: Outbox
  readonly admission: Admission
  readonly read: FrameReader
  readonly hub: Hub
  readonly bounds: Bounds
  readonly metrics: Metrics
  readonly roomsFor: (user: string, outbox: Outbox) => SessionRooms
  /** The socket has taken everything, or is gone. */
  readonly onRelief: () => void
  readonly onEnded: () => void
}

const idText = (id: string | undefined): string => (id === undefined ? '' : `"id":${JSON.stringify(id)},`)

const known: ReadonlySet<string> = new Set(requestEvents)

export const createSession = (ports: SessionPorts): Session => {
  const { wire, outbox, admission, read, intake, hub, clock, metrics } = ports
  const { principal, allowance } = admission
  let rooms: SessionRooms | undefined
  let isClosed = false
  let isReceiving = true

  const send = (text: string): void => outbox.push(textFrame(text))

  const fail = ({ event, id }: Asked, error: ErrorBody): void => {
    if (isClosed) return
    metrics.commands.inc({ event: known.has(event) ? event : 'other', outcome: error.code })
    send(`{${idText(id)}"event":${JSON.stringify(event)},"error":${JSON.stringify(error)}}`)
    // What may be sent again later is no mistake, nor is what the service failed on.
    if (!error.retryable && error.code !== 'internal' && !allowance.mayErr()) close(closeCodes.tooManyErrors)
  }

  const refuseExcess = (asked: Asked, { limit, waitMs }: Excess): void => {
    metrics.rateLimited.inc({ limit })
    fail(asked, errorBody('rate_limited', `too much at once, by the limit of the ${limitNames[limit]}`, { limit }, waitMs))
    if (!allowance.mayErr()) close(closeCodes.flooding)
  }

  const caller: BindableCaller = {
    principal,
    outbox,
    get rooms() {
      return rooms
    },
    get user() {
      return rooms?.user
    },
    get isClosed() {
      return isClosed
    },
    pending: new Set(),
    order: new Map(),
    answer: (asked, body) => {
      caller.succeeded(asked)
      send(`{${idText(asked.id)}"event":"${asked.event}","body":${body}}`)
    },
    succeeded: ({ event }) => metrics.commands.inc({ event, outcome: 'ok' }),
    fail,
    refuse: (asked, code, message) => fail(asked, errorBody(code, message)),
    prepare: (user) => ports.roomsFor(user, outbox),
    bind: (those) => {
      rooms = those
      admission.place.bound()
    },
  }

  const close: Session['close'] = ({ code, reason }) => {
    if (isClosed) return
    outbox.flush()
    ended()
    wire.close(code, reason)
  }

  const ended = (): void => {
    if (isClosed) return
    isClosed = true
    tokens.stop()
    allowance.release()
    admission.place.leave()
    outbox.close()
    intake.abandon(caller)
    if (rooms !== undefined) {
      hub.remove(rooms.user, rooms)
      rooms.close()
    }
    ports.onEnded()
    ports.onRelief()
  }

  const tokens = createTokenLife({ admission, clock, caller, close })
  const requests = createRequests({ ...ports, caller, tokens, allowance, refuseExcess })

  return {
    outbox,
    get stage() {
      if (rooms !== undefined) return 'bound'
      return requests.isBinding ? 'binding' : 'anonymous'
    },
    get pendingCommands() {
      return caller.pending.size
    },
    announceMove: (delayMs) => send(`{"event":"drain","body":{"delay_ms":${Math.round(delayMs)}}}`),
    stopReceiving: () => {
      isReceiving = false
    },
    receive: (text) => {
      if (isClosed || !isReceiving) return
      const tooMany = allowance.frame()
      if (tooMany !== undefined) return refuseExcess(askedOf(text), tooMany)
      const frame = read(text)
      if ('error' in frame) return fail(frame.asked, frame.error)
      const tooMuch = allowance.request(frame.request)
      if (tooMuch === undefined) requests.handle(frame.request)
      else refuseExcess(frame.request, tooMuch)
    },
    drained: () => {
      rooms?.drained()
      ports.onRelief()
    },
    close,
    ended,
  }
}
