import type { CallEvent } from '../../../shared/protocol/call-events.ts'
import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody, errors } from '../../../shared/protocol/errors.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Principal } from '../admission/auth.ts'
import type { GatewayLog } from '../gateway-log.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'
import type { Binding } from './binding.ts'
import { claimUser } from './claim-user.ts'
import { isOwnRequest } from './command-requests.ts'
import type { FileRequests } from './file-requests.ts'
import { isFileRequest } from './file-requests.ts'
import type { Intake } from './intake.ts'
import type { MemberRequests } from './member-requests.ts'
import { isMemberRequest } from './member-requests.ts'
import type { Queries } from './queries.ts'
import { isRead } from './queries.ts'
import type { Requester } from './requester.ts'

/** One request without a socket, in flight. */
export interface HttpRequest {
  readonly outcome: Promise<Outcome>
  /** Ends the call, because the client has disconnected. The command may still be stored. Idempotent. */
  abandon(): void
}

/** A request that can be sent without a socket. */
export type CallRequest = RequestOf<CallEvent>

/** Starts one request without a socket. It is answered, binds no user and follows no rooms. */
export type StartHttpRequest = (principal: Principal, request: CallRequest) => HttpRequest

/** The handlers of requests without a socket. */
export interface HttpRequestDeps {
  readonly binding: Binding
  readonly intake: Intake
  readonly queries: Queries
  readonly memberRequests: MemberRequests
  /** Undefined: the gateway has no files, and its reader refuses requests about them. */
  readonly fileRequests: FileRequests | undefined
  readonly metrics: Metrics
  readonly log: GatewayLog
}

/** The answer is one text outside any send queue. */
const emptySendQueue = (): SendQueue => ({
  push: () => undefined,
  isFull: () => false,
  isEmpty: () => true,
  bytes: () => 0,
  flush: () => undefined,
  close: () => undefined,
})

/** A request without a socket is one of a service, which has no rate limits. */
const unlimited = (): undefined => undefined

export const createHttpRequests = (deps: HttpRequestDeps): StartHttpRequest => {
  const { binding, intake, queries, memberRequests, fileRequests, metrics, log } = deps
  const createUser = async (requester: Requester, request: RequestOf<'create-user'>): Promise<void> => {
    const claimed = claimUser(requester.principal, request)
    if ('code' in claimed) return requester.fail(request, claimed)
    return binding.fetchUser(requester, claimed)
  }

  const dispatch = async (requester: Requester, request: CallRequest): Promise<void> => {
    const actor = request.as
    if (request.event === 'create-user') return createUser(requester, request)
    if (request.event === 'get-users') return queries.answer(requester, request, actor)
    if (actor === undefined) return requester.refuse(request, 'unbound', 'as: is missing; it names the user to act for')
    if (isRead(request)) return queries.answer(requester, request, actor)
    if (isMemberRequest(request)) return memberRequests.answer(requester, request, actor)
    if (isFileRequest(request)) return void (await fileRequests?.answer(requester, request, actor, unlimited))
    if (isOwnRequest(request)) intake.submitOwn(requester, request, actor)
    else intake.submit(requester, request, actor)
  }

  /** Logs an unexpected error and answers it with `internal`. */
  const handle = async (requester: Requester, request: CallRequest): Promise<void> => {
    try {
      await dispatch(requester, request)
    } catch (error) {
      log.error({ err: error, event: request.event }, 'request failed')
      requester.refuse(request, 'internal', errors.internal.meaning)
    }
  }

  return (principal, request) => {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    let isClosed = false
    const succeeded = (): void => metrics.commands.inc({ event: request.event, outcome: 'ok' })
    const fail = (_: unknown, error: ErrorBody): void => {
      metrics.commands.inc({ event: request.event, outcome: error.code })
      resolve({ error })
    }
    const requester: Requester = {
      principal,
      sendQueue: emptySendQueue(),
      rooms: undefined,
      user: undefined,
      get isClosed() {
        return isClosed
      },
      answer: (_, body) => {
        succeeded()
        resolve({ body })
      },
      succeeded,
      fail,
      refuse: (ref, code, message) => fail(ref, errorBody(code, message)),
    }
    void handle(requester, request)
    return {
      outcome: promise,
      abandon: () => {
        isClosed = true
        intake.abandon(requester)
        resolve({ error: errorBody('timeout', 'the client is gone') })
      },
    }
  }
}
