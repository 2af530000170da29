import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import { errorBody, errors } from '../../../shared/protocol/errors.ts'
import type { Request, RequestOf } from '../../../shared/protocol/requests.ts'
import type { CommandRequest } from '../../../shared/records/command-of.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { GatewayLog } from '../gateway-log.ts'
import type { LimitExceeded } from '../limits/rate-limiter.ts'
import type { Lookups } from '../reads/lookups.ts'
import type { Binding } from '../requests/binding.ts'
import { claimUser } from '../requests/claim-user.ts'
import { isOwnRequest } from '../requests/command-requests.ts'
import type { FileRequest, FileRequests } from '../requests/file-requests.ts'
import { isFileRequest } from '../requests/file-requests.ts'
import type { Intake } from '../requests/intake.ts'
import { isNonMember } from '../requests/is-non-member.ts'
import type { MemberRequest, MemberRequests } from '../requests/member-requests.ts'
import { isMemberRequest } from '../requests/member-requests.ts'
import type { Queries, ReadRequest } from '../requests/queries.ts'
import { isRead } from '../requests/queries.ts'
import type { SocketRequester } from '../requests/requester.ts'
import type { Resume } from '../requests/resume.ts'
import type { ResumeQueue } from '../requests/resume-queue.ts'
import { createResumeQueue } from '../requests/resume-queue.ts'
import type { SignalRequest, SignalRequests } from '../requests/signal-requests.ts'

/** Shared by all sessions of a gateway. */
export interface DispatcherDeps {
  readonly binding: Binding
  readonly intake: Intake
  readonly queries: Queries
  readonly memberRequests: MemberRequests
  /** Undefined: the gateway has no files, and its reader refuses requests about them. */
  readonly fileRequests: FileRequests | undefined
  readonly resume: Resume
  readonly signalRequests: SignalRequests
  readonly lookups: Lookups
  readonly clock: Clock
  readonly bounds: Pick<Bounds, 'pendingPerSession'>
  readonly log: GatewayLog
}

interface WaitingRequest {
  readonly request: Request
  readonly frameBytes: number
}

const waitMs = 100
const resumesForOther = errorBody('invalid', 'as: a socket resumes for the user that it is bound to', {
  field: 'as',
  reason: 'a socket resumes for the user that it is bound to',
})

/**
 * Passes the requests of one session to their handlers.
 *
 * Promises:  requests that arrive before the first `create-user` is answered
 *            wait for it. An unexpected error is logged, answered as
 *            `internal`, and ends that request only. Never throws.
 *
 * A class, because every session has one.
 */
export class Dispatcher {
  private readonly requester: SocketRequester
  private readonly deps: DispatcherDeps
  /** Reads, and changes of the state of members. */
  private readsInFlight = 0
  /** Requests that wait for the first `create-user`, because it binds their acting user. */
  private backlog: WaitingRequest[] | undefined = undefined
  /** Created on first use, because most sessions send no later resume. */
  private resumeLater: ResumeQueue | undefined = undefined

  constructor(requester: SocketRequester, deps: DispatcherDeps) {
    this.requester = requester
    this.deps = deps
  }

  /** The first `create-user` has no answer yet. */
  get isBinding(): boolean {
    return this.backlog !== undefined
  }

  handle(request: Request, frameBytes: number): void {
    try {
      this.dispatch(request, frameBytes)
    } catch (error) {
      this.failed(request, error)
    }
  }

  private dispatch(request: Request, frameBytes: number): void {
    const { requester, backlog } = this
    if (requester.isClosed) return
    if (backlog !== undefined && request.event !== 'ping' && request.event !== 'refresh')
      return this.wait({ request, frameBytes }, backlog)
    if (request.as !== undefined && !requester.principal.isService)
      return requester.refuse(request, 'forbidden', 'as: only a service may act for others')
    const actor = request.as ?? requester.user
    if (request.event === 'ping') return requester.answer(request, `{"now":"${new Date(this.deps.clock.nowMs()).toISOString()}"}`)
    if (request.event === 'refresh') return void requester.refresh(request)
    if (request.event === 'create-user') return void this.createUser(request)
    if (request.event === 'get-users') return void this.query(request, actor)
    if (actor === undefined) return requester.refuse(request, 'unbound', 'send create-user first')
    this.dispatchFor(request, frameBytes, actor)
  }

  private dispatchFor(
    request: Exclude<Request, RequestOf<'create-user' | 'refresh' | 'ping'>>,
    frameBytes: number,
    actor: string,
  ): void {
    const { requester } = this
    if (isRead(request)) return void this.query(request, actor)
    if (isMemberRequest(request)) return this.aboutRoom(request, () => this.deps.memberRequests.answer(requester, request, actor))
    if (isFileRequest(request)) return this.aboutRoom(request, () => this.answerAboutFiles(request, actor))
    if (isOwnRequest(request)) return this.deps.intake.submitOwn(requester, request, actor)
    switch (request.event) {
      case 'resume':
        if (requester.rooms === undefined) return requester.refuse(request, 'unbound', 'send create-user first')
        if (actor !== requester.user) return requester.fail(request, resumesForOther)
        this.resumeLater ??= this.resumes()
        return this.resumeLater(request, requester.rooms, actor)
      case 'watch':
      case 'signal':
        return void this.signal(request, actor)
      default: {
        const { intake } = this.deps
        const exceeded = isNonMember(requester, request, intake)
          ? requester.rateLimiter.nonMember()
          : this.chargeRoom(request, frameBytes)
        return exceeded === undefined ? intake.submit(requester, request, actor) : requester.refuseExceeded(request, exceeded)
      }
    }
  }

  /** A new room has no followers yet; the limit `users_added` bounds the cost of its first event. */
  private chargeRoom(request: CommandRequest, frameBytes: number): LimitExceeded | undefined {
    if (request.event === 'create-chat') return undefined
    const { rooms, rateLimiter } = this.requester
    const follower = rooms?.follower(request.room)
    return follower === undefined ? undefined : rateLimiter.room(request, frameBytes, follower.feed.followers.length)
  }

  private async createUser(given: RequestOf<'create-user'>): Promise<void> {
    const { requester } = this
    const { binding } = this.deps
    const request = claimUser(requester.principal, given)
    if ('code' in request) return requester.fail(given, request)
    if (requester.user !== undefined) return this.guarded(request, binding.createUser(requester, request))
    const waited: WaitingRequest[] = []
    this.backlog = waited
    await this.guarded(request, binding.createUser(requester, request))
    this.backlog = undefined
    for (const next of waited) this.handle(next.request, next.frameBytes)
  }

  private query(request: ReadRequest, actor: string | undefined): Promise<void> {
    return this.bounded(request, () => this.deps.queries.answer(this.requester, request, actor))
  }

  /** A request about a room that is not a command. */
  private aboutRoom(request: MemberRequest | FileRequest, work: () => Promise<void>): void {
    const { requester, deps } = this
    const exceeded = isNonMember(requester, request, deps.intake) ? requester.rateLimiter.nonMember() : undefined
    if (exceeded !== undefined) return requester.refuseExceeded(request, exceeded)
    void this.bounded(request, work)
  }

  private async answerAboutFiles(request: FileRequest, actor: string): Promise<void> {
    const { requester, deps } = this
    const charge = (bytes: number): LimitExceeded | undefined => requester.rateLimiter.upload(bytes)
    const exceeded = await deps.fileRequests?.answer(requester, request, actor, charge)
    if (exceeded !== undefined) requester.refuseExceeded(request, exceeded)
  }

  private async bounded(ref: RequestRef, work: () => Promise<void>): Promise<void> {
    if (this.readsInFlight >= this.deps.bounds.pendingPerSession) return this.tooMany(ref, 'too many reads in flight')
    this.readsInFlight += 1
    await this.guarded(ref, work())
    this.readsInFlight -= 1
  }

  /** Counts as a read, because it may read the number of members. */
  private signal(request: SignalRequest, actor: string): Promise<void> {
    return this.bounded(request, () => this.deps.signalRequests.handle(this.requester, request, actor))
  }

  private resumes(): ResumeQueue {
    const { resume, lookups, bounds } = this.deps
    const guarded = (ref: RequestRef, work: Promise<void>): Promise<void> => this.guarded(ref, work)
    return createResumeQueue({ requester: this.requester, resume, lookups, guarded, maxWaiting: bounds.pendingPerSession })
  }

  private wait(next: WaitingRequest, behind: WaitingRequest[]): void {
    if (behind.length < this.deps.bounds.pendingPerSession) behind.push(next)
    else this.tooMany(next.request, 'too many requests before create-user is answered')
  }

  private tooMany(ref: RequestRef, message: string): void {
    this.requester.fail(ref, errorBody('rate_limited', message, undefined, waitMs))
  }

  private async guarded(ref: RequestRef, work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.failed(ref, error)
    }
  }

  private failed(ref: RequestRef, error: unknown): void {
    this.deps.log.error({ err: error, event: ref.event }, 'request failed')
    this.requester.refuse(ref, 'internal', errors.internal.meaning)
  }
}
