import type { ErrorBody } from '../protocol/errors.ts'
import { ChatError, errorOfCall, refusal } from './chat-error.ts'
import { repeatDelayMs } from './client-times.ts'
import type { FrameBody } from './frames.ts'
import type { Link, RequestOutcome } from './link.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import { mayBePipelined, pipelined, sizeErrorOf } from './outgoing-request.ts'
import type { RequestSchedulerDeps } from './request-scheduler-deps.ts'
import type { ScheduledRequest } from './scheduled-requests.ts'
import { createScheduledRequests } from './scheduled-requests.ts'

/** Options of one request. */
export interface ScheduleOptions {
  /** The requests of one lane are carried out in the order of the calls. */
  readonly lane?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * The requests of the application, until they have ended.
 *
 * Promises:  a request is sent again, unchanged, after a lost connection and
 *            after a retryable refusal, until it is answered, refused or
 *            aborted, or until the client ends. A lane keeps its order
 *            through all of that.
 * Does not:  queue more than `maxQueued` requests: the call fails at once, and
 *            nothing of it is sent.
 */
export interface RequestScheduler {
  run(request: OutgoingRequest, options: ScheduleOptions): Promise<FrameBody>
  /** `pipelines`: the service keeps the order of requests that are sent before the outcome of earlier ones is known. */
  connected(link: Link, pipelines: boolean): void
  disconnected(): void
  /** All requests fail with this error, now and later. */
  end(error: ChatError): void
  readonly isEnded: boolean
}

/** Requests in flight at the same time: half of the commands (64) that the service accepts per session by default. */
const maxInFlight = 32

export const createRequestScheduler = (deps: RequestSchedulerDeps): RequestScheduler => {
  const { clock, times, random, maxQueued, maxFrameBytes, metrics } = deps
  const queue = createScheduledRequests()
  let link: Link | undefined
  let pipelines = false
  let inFlight = 0
  let ended: ChatError | undefined

  const leave = (scheduled: ScheduledRequest): void => {
    if (scheduled.state === 'in flight') inFlight -= 1
    scheduled.state = 'done'
    scheduled.pause?.cancel()
    queue.all.delete(scheduled)
  }

  const handleOutcome = (scheduled: ScheduledRequest, outcome: RequestOutcome): void => {
    if (scheduled.state !== 'in flight') return
    if (outcome.kind === 'lost') {
      // It is sent on the next connection, in its place in the queue.
      inFlight -= 1
      scheduled.state = 'waiting'
      return
    }
    if (outcome.kind === 'refused') handleRefusal(scheduled, outcome.error)
    else {
      queue.succeeded()
      leave(scheduled)
      scheduled.succeed(outcome.body)
    }
    sendWaiting()
  }

  const handleRefusal = (scheduled: ScheduledRequest, error: ErrorBody): void => {
    if (!error.retryable) {
      leave(scheduled)
      return scheduled.fail(refusal(error))
    }
    inFlight -= 1
    queue.refused()
    // The cause is the refusal of the request before it, which pauses.
    if (error.details?.after !== undefined) {
      scheduled.state = 'waiting'
      return
    }
    scheduled.state = 'pausing'
    const delayMs = repeatDelayMs(times, random, scheduled.attempts, error)
    scheduled.attempts += 1
    scheduled.pause = clock.after(delayMs, () => {
      scheduled.state = 'waiting'
      sendWaiting()
    })
  }

  const start = (scheduled: ScheduledRequest, request: OutgoingRequest, on: Link): void => {
    const sentAtMs = clock.monotonicMs()
    inFlight += 1
    scheduled.state = 'in flight'
    on.ask(request, (outcome) => {
      const code = outcome.kind === 'refused' ? outcome.error.code : outcome.kind === 'lost' ? 'lost' : 'ok'
      metrics?.request?.(request.event, code, clock.monotonicMs() - sentAtMs)
      handleOutcome(scheduled, outcome)
    })
  }

  const mayFollow = (request: OutgoingRequest, before: OutgoingRequest): boolean =>
    pipelines && mayBePipelined(request, before, maxFrameBytes)

  const sendWaiting = (): void => {
    for (const { scheduled, before } of queue.next(mayFollow)) {
      const { request } = scheduled
      if (link === undefined || inFlight >= maxInFlight) return
      start(scheduled, before === undefined ? request : pipelined(request, before), link)
    }
  }

  const reject = (scheduled: ScheduledRequest, error: unknown): void => {
    if (scheduled.state === 'done') return
    leave(scheduled)
    scheduled.fail(error)
    sendWaiting()
  }

  /** Why a request is not accepted; undefined if it is. */
  const reasonNotToAccept = (request: OutgoingRequest): ChatError | undefined => {
    if (ended !== undefined) return ended
    const flaw = sizeErrorOf(request, maxFrameBytes)
    if (flaw !== undefined || queue.all.size < maxQueued) return flaw
    return new ChatError('queue_full', `${maxQueued} requests are waiting`)
  }

  const run: RequestScheduler['run'] = (request, { lane, signal }) =>
    new Promise((succeed, fail) => {
      const call = new Error()
      const flaw = reasonNotToAccept(request)
      if (signal?.aborted === true || flaw !== undefined) {
        return fail(signal?.aborted === true ? signal.reason : errorOfCall(flaw as ChatError, call))
      }
      const abort = (): void => reject(scheduled, signal?.reason)
      const free = (): void => signal?.removeEventListener('abort', abort)
      const scheduled: ScheduledRequest = {
        request,
        lane,
        succeed: (body) => {
          free()
          succeed(body)
        },
        fail: (error) => {
          free()
          fail(error instanceof ChatError ? errorOfCall(error, call) : error)
        },
        state: 'waiting',
        attempts: 0,
      }
      signal?.addEventListener('abort', abort)
      queue.all.add(scheduled)
      sendWaiting()
    })

  return {
    run,
    connected: (next, canPipeline) => {
      link = next
      pipelines = canPipeline
      sendWaiting()
    },
    disconnected: () => {
      link = undefined
    },
    end: (error) => {
      ended ??= error
      link = undefined
      for (const scheduled of [...queue.all]) {
        leave(scheduled)
        scheduled.fail(error)
      }
    },
    get isEnded() {
      return ended !== undefined
    },
  }
}
