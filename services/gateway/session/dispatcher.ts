import type { Clock } from '../../../shared/ports/clock.ts'
import { errorBody, errors } from '../../../shared/protocol/errors.ts'
import type { Request, RequestOf } from '../../../shared/protocol/requests.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { GatewayLog } from '../gateway-log.ts'
import type { LimitExceeded, RateLimiter } from '../limits/rate-limiter.ts'
import type { Lookups } from '../reads/lookups.ts'
import type { BindableCaller, Binding } from '../requests/binding.ts'
import { claimUser } from '../requests/claim-user.ts'
import type { CommandRequest, Intake } from '../requests/intake.ts'
import { isNonMember } from '../requests/is-non-member.ts'
import type { Queries, ReadRequest } from '../requests/queries.ts'
import type { Asked } from '../requests/requester.ts'
import type { Resume } from '../requests/resume.ts'
import type { ResumeQueue } from '../requests/resume-queue.ts'
import { createResumeQueue } from '../requests/resume-queue.ts'
import type { TokenLife } from './token-life.ts'

/**
 * The requests of one session, on their way to whoever handles them.
 *
 * Promises:  what comes while the first `create-user` is under way waits for
 *            it; a fault of ours is written down, answered as `internal`, and
 *            ends that request only. Never throws.
 */
export interface Requests {
  handle(request: Request, frameBytes: number): void
  /** A first `create-user` is under way. */
  readonly isBinding: boolean
}

/** The same for all sessions of a gateway. */
export interface RequestsDeps {
  readonly binding: Binding
  readonly intake: Intake
  readonly queries: Queries
  readonly resume: Resume
  readonly lookups: Lookups
  readonly clock: Clock
  readonly bounds: Pick<Bounds, 'pendingPerSession'>
  readonly log: GatewayLog
}

/** The session whose requests they are. */
export interface Asker extends BindableCaller {
  readonly rateLimiter: Pick<RateLimiter, 'stranger' | 'room'>
  readonly tokens: Pick<TokenLife, 'refresh'>
  refuseExcess(asked: Asked, excess: LimitExceeded): void
}

interface Waiting {
  readonly request: Request
  readonly frameBytes: number
}

const waitMs = 100
const resumesForOther = errorBody('invalid', 'as: a socket resumes for the user that it is bound to', {
  field: 'as',
  reason: 'a socket resumes for the user that it is bound to',
})

/** A class for the sake of memory: every session has one. */
class AskedRequests implements Requests {
  private readonly caller: Asker
  private readonly ports: RequestsDeps
  private readsInFlight = 0
  /** Requests that came while a `create-user` was under way: they mean the user it binds. */
  private backlog: Waiting[] | undefined = undefined
  /** Made with the first resume that comes later: most sessions send none. */
  private resumeLater: ResumeQueue | undefined = undefined

  constructor(caller: Asker, ports: RequestsDeps) {
    this.caller = caller
    this.ports = ports
  }

  get isBinding(): boolean {
    return this.backlog !== undefined
  }

  handle(request: Request, frameBytes: number): void {
    try {
      this.dispatch(request, frameBytes)
    } catch (error) {
      this.blunder(request, error)
    }
  }

  private dispatch(request: Request, frameBytes: number): void {
    const { caller, backlog } = this
    if (caller.isClosed) return
    if (backlog !== undefined && request.event !== 'ping' && request.event !== 'refresh')
      return this.wait({ request, frameBytes }, backlog)
    if (request.as !== undefined && !caller.principal.isService)
      return caller.refuse(request, 'forbidden', 'as: only a service may act for others')
    const actor = request.as ?? caller.user
    if (request.event === 'ping') return caller.answer(request, `{"now":"${new Date(this.ports.clock.nowMs()).toISOString()}"}`)
    if (request.event === 'refresh') return void caller.tokens.refresh(request)
    if (request.event === 'create-user') return void this.createUser(request)
    if (request.event === 'get-users') return void this.query(request, actor)
    if (actor === undefined) return caller.refuse(request, 'unbound', 'send create-user first')
    this.dispatchFor(request, frameBytes, actor)
  }

  private dispatchFor(
    request: Exclude<Request, RequestOf<'create-user' | 'refresh' | 'ping' | 'get-users'>>,
    frameBytes: number,
    actor: string,
  ): void {
    const { caller } = this
    switch (request.event) {
      case 'list-chats':
      case 'list-messages':
        return void this.query(request, actor)
      case 'resume':
        if (caller.rooms === undefined) return caller.refuse(request, 'unbound', 'send create-user first')
        if (actor !== caller.user) return caller.fail(request, resumesForOther)
        this.resumeLater ??= this.resumes()
        return this.resumeLater(request, caller.rooms, actor)
      default: {
        const excess = isNonMember(caller, request) ? caller.rateLimiter.stranger() : this.chargeRoom(request, frameBytes)
        return excess === undefined ? this.ports.intake.submit(caller, request, actor) : caller.refuseExcess(request, excess)
      }
    }
  }

  /** A new room has no followers yet; `users_added` bounds what its first frame costs. */
  private chargeRoom(request: CommandRequest, frameBytes: number): LimitExceeded | undefined {
    if (request.event === 'create-chat') return undefined
    const { rooms, rateLimiter } = this.caller
    const follower = rooms?.follower(request.room)
    return follower === undefined ? undefined : rateLimiter.room(request.room, frameBytes, follower.feed.sockets)
  }

  private async createUser(asked: RequestOf<'create-user'>): Promise<void> {
    const { caller } = this
    const { binding } = this.ports
    const request = claimUser(caller.principal, asked)
    if ('code' in request) return caller.fail(asked, request)
    if (caller.user !== undefined) return this.guarded(request, binding.createUser(caller, request))
    const waited: Waiting[] = []
    this.backlog = waited
    await this.guarded(request, binding.createUser(caller, request))
    this.backlog = undefined
    for (const next of waited) this.handle(next.request, next.frameBytes)
  }

  private async query(request: ReadRequest, actor: string | undefined): Promise<void> {
    const { bounds, queries } = this.ports
    if (this.readsInFlight >= bounds.pendingPerSession) return this.tooMany(request, 'too many reads in flight')
    this.readsInFlight += 1
    await this.guarded(request, queries.answer(this.caller, request, actor))
    this.readsInFlight -= 1
  }

  private resumes(): ResumeQueue {
    const { resume, lookups, bounds } = this.ports
    const guarded = (asked: Asked, work: Promise<void>): Promise<void> => this.guarded(asked, work)
    return createResumeQueue({ caller: this.caller, resume, lookups, guarded, maxWaiting: bounds.pendingPerSession })
  }

  private wait(next: Waiting, behind: Waiting[]): void {
    if (behind.length < this.ports.bounds.pendingPerSession) behind.push(next)
    else this.tooMany(next.request, 'too many requests before create-user is answered')
  }

  private tooMany(asked: Asked, what: string): void {
    this.caller.fail(asked, errorBody('rate_limited', what, undefined, waitMs))
  }

  private async guarded(asked: Asked, work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.blunder(asked, error)
    }
  }

  private blunder(asked: Asked, error: unknown): void {
    this.ports.log.error({ err: error, event: asked.event }, 'a request failed')
    this.caller.refuse(asked, 'internal', errors.internal.meaning)
  }
}

export const createRequests = (caller: Asker, ports: RequestsDeps): Requests => new AskedRequests(caller, ports)
