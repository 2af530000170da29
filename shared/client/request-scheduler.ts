import type { ErrorBody } from '../protocol/errors.ts'
import { ChatError, errorOfCall, refusal } from './chat-error.ts'
import type { ClientClock } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import { backoffMs } from './client-times.ts'
import type { FrameBody } from './frames.ts'
import type { Link, RequestOutcome } from './link.ts'
import type { ClientMetrics } from './observation.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import { sizeErrorOf } from './outgoing-request.ts'
import type { ScheduledRequest } from './scheduled-requests.ts'
import { createScheduledRequests } from './scheduled-requests.ts'

/** Options of one request. */
export interface ScheduleOptions {
  /** The requests of one lane are sent one at a time, in the order of the calls. */
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
  /** A request that is not ready yet keeps its place in its lane. */
  run(request: OutgoingRequest | Promise<OutgoingRequest>, options: ScheduleOptions): Promise<FrameBody>
  connected(link: Link): void
  disconnected(): void
  /** All requests fail with this error, now and later. */
  end(error: ChatError): void
  readonly isEnded: boolean
}

/** The parts of a client that its requests use, and their bounds. */
export interface RequestSchedulerDeps {
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  readonly maxQueued: number
  readonly maxFrameBytes: number
  readonly metrics: ClientMetrics | undefined
}

/** Requests in flight at the same time: half of the commands (64) that the service accepts per session by default. */
const maxInFlight = 32

export const createRequestScheduler = (deps: RequestSchedulerDeps): RequestScheduler => {
  const { clock, times, random, maxQueued, maxFrameBytes, metrics } = deps
  const queue = createScheduledRequests()
  let link: Link | undefined
  let inFlight = 0
  let ended: ChatError | undefined

  const leave = (scheduled: ScheduledRequest): void => {
    if (scheduled.state === 'in flight') inFlight -= 1
    scheduled.state = 'done'
    scheduled.pause?.cancel()
    queue.remove(scheduled)
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
    scheduled.state = 'pausing'
    // A service that is down names the same time to every client: the back-off grows beyond it, and spreads them out.
    const delayMs = Math.max(error.retry_after_ms ?? 0, backoffMs(times, random, scheduled.attempts))
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

  const sendWaiting = (): void => {
    for (const scheduled of queue.all) {
      const { request, state } = scheduled
      if (link === undefined || inFlight >= maxInFlight) return
      if (request !== undefined && state === 'waiting' && queue.isFirst(scheduled)) start(scheduled, request, link)
    }
  }

  const reject = (scheduled: ScheduledRequest, error: unknown): void => {
    if (scheduled.state === 'done') return
    leave(scheduled)
    scheduled.fail(error)
    sendWaiting()
  }

  /** The request is ready. Until then it kept its place in its lane. */
  const onRequestReady = (scheduled: ScheduledRequest, request: OutgoingRequest): void => {
    if (scheduled.state === 'done') return
    const flaw = sizeErrorOf(request, maxFrameBytes)
    if (flaw !== undefined) return reject(scheduled, flaw)
    scheduled.request = request
    sendWaiting()
  }

  /** Why a request is not accepted; undefined if it is. */
  const reasonNotToAccept = (request: OutgoingRequest | undefined): ChatError | undefined => {
    if (ended !== undefined) return ended
    const flaw = request === undefined ? undefined : sizeErrorOf(request, maxFrameBytes)
    if (flaw !== undefined || queue.all.size < maxQueued) return flaw
    return new ChatError('queue_full', `${maxQueued} requests are waiting`)
  }

  const run: RequestScheduler['run'] = (requestOrPromise, { lane, signal }) =>
    new Promise((succeed, fail) => {
      const call = new Error()
      const request = requestOrPromise instanceof Promise ? undefined : requestOrPromise
      const flaw = reasonNotToAccept(request)
      if (signal?.aborted === true || flaw !== undefined) {
        if (requestOrPromise instanceof Promise) requestOrPromise.catch(() => undefined)
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
      queue.add(scheduled)
      if (requestOrPromise instanceof Promise) {
        requestOrPromise.then(
          (ready) => onRequestReady(scheduled, ready),
          (error: unknown) => reject(scheduled, error),
        )
      }
      sendWaiting()
    })

  return {
    run,
    connected: (next) => {
      link = next
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
