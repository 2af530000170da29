import type { Clock } from '../../shared/ports/clock.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { ErrorBody } from '../../shared/protocol/errors.ts'
import { errorBody } from '../../shared/protocol/errors.ts'
import type { Request, RequestOf } from '../../shared/protocol/requests.ts'
import { requestEvents } from '../../shared/protocol/requests.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { Admission } from './admission.ts'
import type { Excess } from './allowance.ts'
import { limitNames } from './allowance.ts'
import type { BindableCaller, Binding, Candidate } from './binding.ts'
import type { Asked } from './caller.ts'
import { claimUser } from './claim-user.ts'
import type { FrameReader } from './frame-reader.ts'
import { askedOf } from './frame-reader.ts'
import { textFrame } from './framing.ts'
import type { Hub, HubSession } from './hub.ts'
import type { Intake } from './intake.ts'
import { isStranger } from './is-stranger.ts'
import type { Lookups } from './lookups.ts'
import type { Outbox } from './outbox.ts'
import type { Queries } from './queries.ts'
import type { Resume } from './resume.ts'
import { createResumeQueue } from './resume-queue.ts'
import { createSessionReads } from './session-reads.ts'
import type { SessionRooms } from './session-rooms.ts'
import { createTokenLife } from './token-life.ts'
import type { Wire } from './wire.ts'

/** `binding`: a `create-user` is under way that gives it its user. */
export type SessionStage = 'anonymous' | 'binding' | 'bound'

/** One socket's life, from upgrade to close: anonymous → bound → draining → closed. */
export interface Session {
  readonly outbox: Outbox
  readonly stage: SessionStage
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

export interface SessionPorts {
  readonly wire: Wire
  readonly outbox: Outbox
  readonly admission: Admission
  readonly read: FrameReader
  readonly binding: Binding
  readonly intake: Intake
  readonly queries: Queries
  readonly resume: Resume
  readonly hub: Hub
  readonly lookups: Lookups
  readonly clock: Clock
  readonly bounds: Bounds
  readonly metrics: Metrics
  readonly roomsFor: (user: string, outbox: Outbox) => SessionRooms
  /** The socket has taken everything, or is gone. */
  readonly onRelief: () => void
  readonly onEnded: () => void
}

const known: ReadonlySet<string> = new Set(requestEvents)

export const createSession = (ports: SessionPorts): Session => {
  const { wire, outbox, admission, read, binding, intake, queries, resume, hub, lookups, clock, bounds, metrics } = ports
  const { principal, allowance } = admission
  let bound: { readonly user: string; readonly candidate: Candidate } | undefined
  let isClosed = false
  let isReceiving = true
  /** Requests that came while a `create-user` was under way: they mean the user it binds. */
  let backlog: Request[] | undefined

  const send = (text: string): void => outbox.push(textFrame(text))
  const idText = (id: string | undefined): string => (id === undefined ? '' : `"id":${JSON.stringify(id)},`)

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

  const prepare = (user: string): Candidate => {
    const rooms = ports.roomsFor(user, outbox)
    const hubSession: HubSession = { joiner: rooms, noticed: ({ room, since }) => rooms.hint(room, since) }
    const candidate: Candidate = {
      rooms,
      hubSession,
      commit: () => {
        bound = { user, candidate }
        admission.place.bound()
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
    answer: ({ event, id }, body) => send(`{${idText(id)}"event":"${event}","body":${body}}`),
    fail,
    refuse: (asked, code, message) => fail(asked, errorBody(code, message)),
    prepare,
  }

  const createUser = async (asked: RequestOf<'create-user'>): Promise<void> => {
    const request = claimUser(principal, asked)
    if ('code' in request) return fail(asked, request)
    if (bound !== undefined) return binding.createUser(caller, request)
    backlog = []
    await binding.createUser(caller, request)
    const waited = backlog
    backlog = undefined
    for (const next of waited) handle(next)
  }

  const handleBound = (
    request: Exclude<Request, RequestOf<'create-user' | 'refresh' | 'ping' | 'get-users'>>,
    actor: string,
  ): void => {
    switch (request.event) {
      case 'list-chats':
      case 'list-messages':
        return void reads(request, actor)
      case 'resume':
        if (bound === undefined) return caller.refuse(request, 'unbound', 'send create-user first')
        return resumeLater(request, bound.candidate.rooms, bound.user)
      default: {
        const excess = isStranger(caller, request) ? allowance.stranger() : undefined
        return excess === undefined ? intake.submit(caller, request, actor) : refuseExcess(request, excess)
      }
    }
  }

  const handle = (request: Request): void => {
    if (isClosed) return
    if (backlog !== undefined && request.event !== 'ping' && request.event !== 'refresh') {
      if (backlog.length >= bounds.pendingPerSession)
        fail(request, errorBody('rate_limited', 'too many requests before create-user is answered', undefined, 100))
      else backlog.push(request)
      return
    }
    if (request.as !== undefined && !principal.isService)
      return caller.refuse(request, 'forbidden', 'as: only a service may act for others')
    const actor = request.as ?? bound?.user
    if (request.event === 'ping') return caller.answer(request, `{"now":"${new Date(clock.nowMs()).toISOString()}"}`)
    if (request.event === 'refresh') return void tokens.refresh(request)
    if (request.event === 'create-user') return void createUser(request)
    if (request.event === 'get-users') return void reads(request, actor)
    if (actor === undefined) return caller.refuse(request, 'unbound', 'send create-user first')
    handleBound(request, actor)
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
    bound?.candidate.abandon()
    ports.onEnded()
    ports.onRelief()
  }

  const reads = createSessionReads(queries, caller, bounds.pendingPerSession)
  const resumeLater = createResumeQueue({ caller, resume, lookups, maxWaiting: bounds.pendingPerSession })
  const tokens = createTokenLife({ admission, clock, caller, close })

  return {
    outbox,
    get stage() {
      return bound !== undefined ? 'bound' : backlog === undefined ? 'anonymous' : 'binding'
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
      if (tooMuch === undefined) handle(frame.request)
      else refuseExcess(frame.request, tooMuch)
    },
    drained: () => {
      bound?.candidate.rooms.drained()
      ports.onRelief()
    },
    close,
    ended,
  }
}
