import type { Clock } from '../../shared/ports/clock.ts'
import { errorBody, errors } from '../../shared/protocol/errors.ts'
import type { Request, RequestOf } from '../../shared/protocol/requests.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Allowance, Excess } from './allowance.ts'
import type { BindableCaller, Binding } from './binding.ts'
import type { Asked } from './caller.ts'
import { claimUser } from './claim-user.ts'
import type { GatewayLog } from './gateway-log.ts'
import type { Intake } from './intake.ts'
import { isStranger } from './is-stranger.ts'
import type { Lookups } from './lookups.ts'
import type { Queries, ReadRequest } from './queries.ts'
import type { Resume } from './resume.ts'
import { createResumeQueue } from './resume-queue.ts'
import type { TokenLife } from './token-life.ts'

/**
 * The requests of one session, on their way to whoever handles them.
 *
 * Promises:  what comes while the first `create-user` is under way waits for
 *            it; a fault of ours is written down, answered as `internal`, and
 *            ends that request only. Never throws.
 */
export interface Requests {
  handle(request: Request): void
  /** A first `create-user` is under way. */
  readonly isBinding: boolean
}

export interface RequestsPorts {
  readonly caller: BindableCaller
  readonly tokens: Pick<TokenLife, 'refresh'>
  readonly binding: Binding
  readonly intake: Intake
  readonly queries: Queries
  readonly resume: Resume
  readonly lookups: Lookups
  readonly clock: Clock
  readonly bounds: Pick<Bounds, 'pendingPerSession'>
  readonly log: GatewayLog
  readonly allowance: Pick<Allowance, 'stranger'>
  readonly refuseExcess: (asked: Asked, excess: Excess) => void
}

const waitMs = 100
const resumesForOther = errorBody('invalid', 'as: a socket resumes for the user that it is bound to', {
  field: 'as',
  reason: 'a socket resumes for the user that it is bound to',
})

export const createRequests = (ports: RequestsPorts): Requests => {
  const { caller, tokens, binding, intake, queries, resume, lookups, clock, bounds, log, allowance, refuseExcess } = ports
  let readsInFlight = 0
  /** Requests that came while a `create-user` was under way: they mean the user it binds. */
  let backlog: Request[] | undefined

  const blunder = (asked: Asked, error: unknown): void => {
    log.error({ err: error, event: asked.event }, 'a request failed')
    caller.refuse(asked, 'internal', errors.internal.meaning)
  }
  const guarded = async (asked: Asked, work: Promise<void>): Promise<void> => {
    try {
      await work
    } catch (error) {
      blunder(asked, error)
    }
  }
  const resumeLater = createResumeQueue({ caller, resume, lookups, guarded, maxWaiting: bounds.pendingPerSession })
  const tooMany = (asked: Asked, what: string): void => caller.fail(asked, errorBody('rate_limited', what, undefined, waitMs))

  const createUser = async (asked: RequestOf<'create-user'>): Promise<void> => {
    const request = claimUser(caller.principal, asked)
    if ('code' in request) return caller.fail(asked, request)
    if (caller.user !== undefined) return guarded(request, binding.createUser(caller, request))
    backlog = []
    await guarded(request, binding.createUser(caller, request))
    const waited = backlog
    backlog = undefined
    for (const next of waited) handle(next)
  }

  const query = async (request: ReadRequest, actor: string | undefined): Promise<void> => {
    if (readsInFlight >= bounds.pendingPerSession) return tooMany(request, 'too many reads in flight')
    readsInFlight += 1
    await guarded(request, queries.answer(caller, request, actor))
    readsInFlight -= 1
  }

  const wait = (request: Request, behind: Request[]): void => {
    if (behind.length < bounds.pendingPerSession) behind.push(request)
    else tooMany(request, 'too many requests before create-user is answered')
  }

  const dispatchFor = (
    request: Exclude<Request, RequestOf<'create-user' | 'refresh' | 'ping' | 'get-users'>>,
    actor: string,
  ): void => {
    switch (request.event) {
      case 'list-chats':
      case 'list-messages':
        return void query(request, actor)
      case 'resume':
        if (caller.rooms === undefined) return caller.refuse(request, 'unbound', 'send create-user first')
        if (actor !== caller.user) return caller.fail(request, resumesForOther)
        return resumeLater(request, caller.rooms, actor)
      default: {
        const excess = isStranger(caller, request) ? allowance.stranger() : undefined
        return excess === undefined ? intake.submit(caller, request, actor) : refuseExcess(request, excess)
      }
    }
  }

  const dispatch = (request: Request): void => {
    if (caller.isClosed) return
    if (backlog !== undefined && request.event !== 'ping' && request.event !== 'refresh') return wait(request, backlog)
    if (request.as !== undefined && !caller.principal.isService)
      return caller.refuse(request, 'forbidden', 'as: only a service may act for others')
    const actor = request.as ?? caller.user
    if (request.event === 'ping') return caller.answer(request, `{"now":"${new Date(clock.nowMs()).toISOString()}"}`)
    if (request.event === 'refresh') return void tokens.refresh(request)
    if (request.event === 'create-user') return void createUser(request)
    if (request.event === 'get-users') return void query(request, actor)
    if (actor === undefined) return caller.refuse(request, 'unbound', 'send create-user first')
    dispatchFor(request, actor)
  }

  const handle = (request: Request): void => {
    try {
      dispatch(request)
    } catch (error) {
      blunder(request, error)
    }
  }
  return {
    handle,
    get isBinding() {
      return backlog !== undefined
    },
  }
}
