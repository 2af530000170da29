import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { ErrorBody } from '../../shared/protocol/errors.ts'
import { errorBody } from '../../shared/protocol/errors.ts'
import { requestEvents } from '../../shared/protocol/requests.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { Admission } from './admission.ts'
import type { BindableCaller, Candidate } from './binding.ts'
import type { Asked } from './caller.ts'
import type { FrameReader } from './frame-reader.ts'
import { textFrame } from './framing.ts'
import type { Hub, HubSession } from './hub.ts'
import type { Outbox } from './outbox.ts'
import type { RequestsPorts } from './requests.ts'
import { createRequests } from './requests.ts'
import type { SessionRooms } from './session-rooms.ts'
import { createTokenLife } from './token-life.ts'
import type { Wire } from './wire.ts'

/** One socket's life, from upgrade to close: anonymous → bound → draining → closed. */
export interface Session {
  readonly outbox: Outbox
  readonly isBound: boolean
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

export interface SessionPorts extends Omit<RequestsPorts, 'caller' | 'tokens'> {
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
  const { wire, outbox, admission, read, intake, hub, clock, bounds, metrics } = ports
  const { principal } = admission
  let bound: { readonly user: string; readonly candidate: Candidate } | undefined
  let isClosed = false
  let isReceiving = true
  let errorsInARow = 0

  const send = (text: string): void => outbox.push(textFrame(text))

  /** What may be sent again later is no mistake: a part of the service is down, or a queue is full. */
  const countError = ({ retryable }: ErrorBody): void => {
    if (retryable) return
    errorsInARow += 1
    if (errorsInARow >= bounds.errorsPerSession) close(closeCodes.tooManyErrors)
  }

  const fail = ({ event, id }: Asked, error: ErrorBody): void => {
    if (isClosed) return
    metrics.commands.inc({ event: known.has(event) ? event : 'other', outcome: error.code })
    send(`{${idText(id)}"event":${JSON.stringify(event)},"error":${JSON.stringify(error)}}`)
    countError(error)
  }

  const prepare = (user: string): Candidate => {
    const rooms = ports.roomsFor(user, outbox)
    const hubSession: HubSession = { joiner: rooms, noticed: ({ room, since }) => rooms.hint(room, since) }
    const candidate: Candidate = {
      rooms,
      hubSession,
      commit: () => {
        bound = { user, candidate }
      },
      abandon: () => {
        hub.remove(user, hubSession)
        rooms.close()
      },
    }
    return candidate
  }

  const caller: BindableCaller = {
    principal,
    outbox,
    get rooms() {
      return bound?.candidate.rooms
    },
    get user() {
      return bound?.user
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
    succeeded: ({ event }) => {
      errorsInARow = 0
      metrics.commands.inc({ event, outcome: 'ok' })
    },
    fail,
    refuse: (asked, code, message) => fail(asked, errorBody(code, message)),
    prepare,
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
    outbox.close()
    intake.abandon(caller)
    bound?.candidate.abandon()
    ports.onEnded()
    ports.onRelief()
  }

  const tokens = createTokenLife({ admission, clock, caller, close })
  const requests = createRequests({ ...ports, caller, tokens })

  return {
    outbox,
    get isBound() {
      return bound !== undefined
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
      const frame = read(text)
      if ('error' in frame) fail(frame.asked, frame.error)
      else requests.handle(frame.request)
    },
    drained: () => {
      bound?.candidate.rooms.drained()
      ports.onRelief()
    },
    close,
    ended,
  }
}
