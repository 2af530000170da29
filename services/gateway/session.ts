import type { Clock } from '../../shared/ports/clock.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { ErrorBody } from '../../shared/protocol/errors.ts'
import { errorBody } from '../../shared/protocol/errors.ts'
import type { Request, RequestOf } from '../../shared/protocol/requests.ts'
import { requestEvents } from '../../shared/protocol/requests.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { Admission } from './admission.ts'
import type { BindableCaller, Binding, Candidate } from './binding.ts'
import type { Asked } from './caller.ts'
import { claimUser } from './claim-user.ts'
import type { FrameReader } from './frame-reader.ts'
import { textFrame } from './framing.ts'
import type { Hub, HubSession } from './hub.ts'
import type { Intake } from './intake.ts'
import type { Lookups } from './lookups.ts'
import type { Outbox } from './outbox.ts'
import type { Queries } from './queries.ts'
import type { Resume } from './resume.ts'
import { createResumeQueue } from './resume-queue.ts'
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
  const { principal } = admission
  let bound: { readonly user: string; readonly candidate: Candidate } | undefined
  let isClosed = false
  let isReceiving = true
  let errorsInARow = 0
  let readsInFlight = 0
  /** Requests that came while a `create-user` was under way: they mean the user it binds. */
  let backlog: Request[] | undefined

  const send = (text: string): void => outbox.push(textFrame(text))
  const idText = (id: string | undefined): string => (id === undefined ? '' : `"id":${JSON.stringify(id)},`)

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

  const succeeded = ({ event }: Asked): void => {
    errorsInARow = 0
    metrics.commands.inc({ event, outcome: 'ok' })
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
      succeeded(asked)
      send(`{${idText(asked.id)}"event":"${asked.event}","body":${body}}`)
    },
    succeeded,
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

  const query = async (request: Parameters<Queries['answer']>[1], actor: string | undefined): Promise<void> => {
    if (readsInFlight >= bounds.pendingPerSession) {
      fail(request, errorBody('rate_limited', 'too many reads in flight', undefined, 100))
      return
    }
    readsInFlight += 1
    await queries.answer(caller, request, actor)
    readsInFlight -= 1
  }

  const handleBound = (
    request: Exclude<Request, RequestOf<'create-user' | 'refresh' | 'ping' | 'get-users'>>,
    actor: string,
  ): void => {
    switch (request.event) {
      case 'list-chats':
      case 'list-messages':
        return void query(request, actor)
      case 'resume':
        if (bound === undefined) return caller.refuse(request, 'unbound', 'send create-user first')
        return resumeLater(request, bound.candidate.rooms, bound.user)
      default:
        return intake.submit(caller, request, actor)
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
    if (request.event === 'get-users') return void query(request, actor)
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
    outbox.close()
    intake.abandon(caller)
    bound?.candidate.abandon()
    ports.onEnded()
    ports.onRelief()
  }

  const resumeLater = createResumeQueue({ caller, resume, lookups, maxWaiting: bounds.pendingPerSession })
  const tokens = createTokenLife({ admission, clock, caller, close })

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
      else handle(frame.request)
    },
    drained: () => {
      bound?.candidate.rooms.drained()
      ports.onRelief()
    },
    close,
    ended,
  }
}
