import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody, errors } from '../../../shared/protocol/errors.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Principal } from '../admission/auth.ts'
import type { GatewayLog } from '../gateway-log.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'
import type { Binding } from './binding.ts'
import { claimUser } from './claim-user.ts'
import type { Intake } from './intake.ts'
import type { Queries } from './queries.ts'
import type { Caller } from './requester.ts'

/** What became of a call: the answer's body as text, or the error. */
export type CallOutcome = { readonly body: string } | { readonly error: ErrorBody }

export interface Call {
  readonly outcome: Promise<CallOutcome>
  /** Nobody waits any longer. The command may be stored all the same. Idempotent. */
  abandon(): void
}

/** One request without a socket: it is answered, binds nobody and follows nothing. */
export type MakeCall = (principal: Principal, request: Request) => Call

export interface CallDeps {
  readonly binding: Binding
  readonly intake: Intake
  readonly queries: Queries
  readonly metrics: Metrics
  readonly log: GatewayLog
}

/** Its answer is one text, taken at once. */
const emptySendQueue = (): SendQueue => ({
  push: () => undefined,
  isFull: () => false,
  isEmpty: () => true,
  bytes: () => 0,
  flush: () => undefined,
  close: () => undefined,
})

export const createCalls = ({ binding, intake, queries, metrics, log }: CallDeps): MakeCall => {
  const createUser = async (caller: Caller, request: Extract<Request, { event: 'create-user' }>): Promise<void> => {
    const claimed = claimUser(caller.principal, request)
    if ('code' in claimed) return caller.fail(request, claimed)
    return binding.fetchUser(caller, claimed)
  }

  const dispatch = async (caller: Caller, request: Request): Promise<void> => {
    const actor = request.as
    if (request.event === 'create-user') return createUser(caller, request)
    if (request.event === 'get-users') return queries.answer(caller, request, actor)
    if (actor === undefined) return caller.refuse(request, 'unbound', 'as: says for whom')
    if (request.event === 'list-chats' || request.event === 'list-messages') return queries.answer(caller, request, actor)
    if (request.event === 'resume' || request.event === 'refresh' || request.event === 'ping')
      return caller.refuse(request, 'unknown_event', 'event: needs a socket')
    intake.submit(caller, request, actor)
  }

  /** A fault of ours is written down, and ends that request only. */
  const handle = async (caller: Caller, request: Request): Promise<void> => {
    try {
      await dispatch(caller, request)
    } catch (error) {
      log.error({ err: error, event: request.event }, 'a request failed')
      caller.refuse(request, 'internal', errors.internal.meaning)
    }
  }

  return (principal, request) => {
    const { promise, resolve } = Promise.withResolvers<CallOutcome>()
    let isClosed = false
    const succeeded = (): void => metrics.commands.inc({ event: request.event, outcome: 'ok' })
    const fail = (_: unknown, error: ErrorBody): void => {
      metrics.commands.inc({ event: request.event, outcome: error.code })
      resolve({ error })
    }
    const caller: Caller = {
      principal,
      sendQueue: emptySendQueue(),
      rooms: undefined,
      user: undefined,
      get isClosed() {
        return isClosed
      },
      pending: new Set(),
      order: new Map(),
      answer: (_, body) => {
        succeeded()
        resolve({ body })
      },
      succeeded,
      fail,
      refuse: (asked, code, message) => fail(asked, errorBody(code, message)),
    }
    void handle(caller, request)
    return {
      outcome: promise,
      abandon: () => {
        isClosed = true
        intake.abandon(caller)
        resolve({ error: errorBody('timeout', 'nobody waited for the outcome') })
      },
    }
  }
}
