import type { ErrorBody } from '../protocol/errors.ts'
import { ChatError, errorOfCall, refusal } from './chat-error.ts'
import { backoffMs } from './client-times.ts'
import type { Link, RequestOutcome } from './link.ts'
import type { Operation } from './operation-queue.ts'
import { createOperationQueue } from './operation-queue.ts'
import type { Operations, OperationsDeps } from './operations-deps.ts'
import type { OutgoingRequest } from './requests.ts'
import { mayBePipelined, pipelined, sizeError } from './requests.ts'

/** Requests in flight at the same time: half of the commands (64) that the service accepts per session by default. */
const maxInFlight = 32

export const createOperations = (deps: OperationsDeps): Operations => {
  const { clock, times, random, maxQueued, maxFrameBytes, metrics } = deps
  const queue = createOperationQueue()
  let link: Link | undefined
  let pipelines = false
  let inFlight = 0
  let ended: ChatError | undefined

  const leave = (operation: Operation): void => {
    if (operation.state === 'in flight') inFlight -= 1
    operation.state = 'done'
    operation.pause?.cancel()
    queue.remove(operation)
  }

  const settle = (operation: Operation, outcome: RequestOutcome): void => {
    if (operation.state !== 'in flight') return
    if (outcome.kind === 'lost') {
      // It is sent on the next connection, in its place in the queue.
      inFlight -= 1
      operation.state = 'waiting'
      return
    }
    if (outcome.kind === 'refused') refused(operation, outcome.error)
    else {
      queue.succeeded(operation)
      leave(operation)
      operation.succeed(outcome.body)
    }
    pump()
  }

  const refused = (operation: Operation, error: ErrorBody): void => {
    if (!error.retryable) {
      leave(operation)
      return operation.fail(refusal(error))
    }
    inFlight -= 1
    queue.refused(operation)
    // Only the request before it was refused for a reason of its own.
    if (error.details?.after !== undefined) {
      operation.state = 'waiting'
      return
    }
    operation.state = 'pausing'
    const delayMs = error.retry_after_ms ?? backoffMs(times, random, operation.attempts)
    operation.attempts += 1
    operation.pause = clock.after(delayMs, () => {
      operation.state = 'waiting'
      pump()
    })
  }

  const start = (operation: Operation, request: OutgoingRequest, on: Link): void => {
    const sentAtMs = clock.monotonicMs()
    inFlight += 1
    operation.state = 'in flight'
    on.ask(request, (outcome) => {
      const code = outcome.kind === 'refused' ? outcome.error.code : outcome.kind === 'lost' ? 'lost' : 'ok'
      metrics?.request?.(request.event, code, clock.monotonicMs() - sentAtMs)
      settle(operation, outcome)
    })
  }

  const mayFollow = (request: OutgoingRequest, before: OutgoingRequest): boolean =>
    pipelines && mayBePipelined(request, before, maxFrameBytes)

  const pump = (): void => {
    for (const { operation, before } of queue.next(mayFollow)) {
      const { request } = operation
      if (link === undefined || inFlight >= maxInFlight) return
      if (request !== undefined) start(operation, before === undefined ? request : pipelined(request, before), link)
    }
  }

  const flawOf = (request: OutgoingRequest): ChatError | undefined => sizeError(request, maxFrameBytes)

  const reject = (operation: Operation, error: unknown): void => {
    if (operation.state === 'done') return
    leave(operation)
    operation.fail(error)
    pump()
  }

  /** The request was made while its operation held its place. */
  const made = (operation: Operation, request: OutgoingRequest): void => {
    if (operation.state === 'done') return
    const flaw = flawOf(request)
    if (flaw !== undefined) return reject(operation, flaw)
    operation.request = request
    pump()
  }

  /** Why a request is not accepted; undefined if it is. */
  const whyNot = (request: OutgoingRequest | undefined): ChatError | undefined => {
    if (ended !== undefined) return ended
    const flaw = request === undefined ? undefined : flawOf(request)
    if (flaw !== undefined || queue.all.size < maxQueued) return flaw
    return new ChatError('queue_full', `${maxQueued} requests are waiting`)
  }

  const run: Operations['run'] = (given, { lane, signal }) =>
    new Promise((succeed, fail) => {
      const call = new Error()
      const request = given instanceof Promise ? undefined : given
      const flaw = whyNot(request)
      if (signal?.aborted === true || flaw !== undefined) {
        if (given instanceof Promise) given.catch(() => undefined)
        return fail(signal?.aborted === true ? signal.reason : errorOfCall(flaw as ChatError, call))
      }
      const abort = (): void => reject(operation, signal?.reason)
      const free = (): void => signal?.removeEventListener('abort', abort)
      const operation: Operation = {
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
      queue.add(operation)
      if (given instanceof Promise) {
        given.then(
          (ready) => made(operation, ready),
          (error: unknown) => reject(operation, error),
        )
      }
      pump()
    })

  return {
    run,
    connected: (next, canPipeline) => {
      link = next
      pipelines = canPipeline
      pump()
    },
    disconnected: () => {
      link = undefined
    },
    end: (error) => {
      ended ??= error
      link = undefined
      for (const operation of [...queue.all]) {
        leave(operation)
        operation.fail(error)
      }
    },
    get isEnded() {
      return ended !== undefined
    },
  }
}
