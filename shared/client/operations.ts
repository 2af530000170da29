import { ChatError, errorOfCall, refusal } from './chat-error.ts'
import type { ClientClock, ClientTimer } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import { backoffMs } from './client-times.ts'
import type { Body } from './frames.ts'
import type { Link, Outcome } from './link.ts'
import type { OutgoingRequest } from './requests.ts'

export interface OperationOptions {
  /** Operations of one lane go out one at a time, in the order of the calls. */
  readonly lane?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * What the application asks for, until it is done.
 *
 * Promises:  an operation is sent again, as it was, after a lost connection
 *            and after a refusal that may be repeated, until it is answered,
 *            refused, aborted or the client is closed. A lane keeps its order
 *            through all of that.
 * Does not:  wait for ever to be full: past `maxQueued` a call fails at once,
 *            and nothing of it is sent.
 */
export interface Operations {
  run(request: OutgoingRequest, options: OperationOptions): Promise<Body>
  connected(link: Link): void
  disconnected(): void
  /** Everything fails with this error, now and later. */
  end(error: ChatError): void
}

export interface OperationsPorts {
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  readonly maxQueued: number
  readonly maxFrameBytes: number
}

interface Operation {
  readonly request: OutgoingRequest
  readonly lane: string | undefined
  readonly succeed: (body: Body) => void
  readonly fail: (error: unknown) => void
  state: 'waiting' | 'under way' | 'pausing' | 'done'
  attempts: number
  pause?: ClientTimer
}

/** Under way at a time; the service takes twice as many commands, and as many reads again. */
const maxUnderWay = 32

const tooLarge = (maxBytes: number): ChatError => {
  const details = { field: 'frame', reason: `larger than ${maxBytes} bytes` }
  return new ChatError('invalid', `invalid: ${details.field}: ${details.reason}`, { details })
}

export const createOperations = (ports: OperationsPorts): Operations => {
  const { clock, times, random, maxQueued, maxFrameBytes } = ports
  /** In the order of the calls: waiting, under way and pausing. */
  const queue = new Set<Operation>()
  const lanes = new Map<string, Operation[]>()
  let link: Link | undefined
  let underWay = 0
  let ended: ChatError | undefined

  const isFirst = (operation: Operation): boolean => operation.lane === undefined || lanes.get(operation.lane)?.[0] === operation

  const enter = (operation: Operation): void => {
    queue.add(operation)
    if (operation.lane === undefined) return
    const lane = lanes.get(operation.lane)
    if (lane === undefined) lanes.set(operation.lane, [operation])
    else lane.push(operation)
  }

  const leave = (operation: Operation): void => {
    if (operation.state === 'under way') underWay -= 1
    operation.state = 'done'
    operation.pause?.cancel()
    queue.delete(operation)
    if (operation.lane === undefined) return
    const left = (lanes.get(operation.lane) ?? []).filter((other) => other !== operation)
    if (left.length === 0) lanes.delete(operation.lane)
    else lanes.set(operation.lane, left)
  }

  const settle = (operation: Operation, outcome: Outcome): void => {
    if (operation.state !== 'under way') return
    if (outcome.kind === 'lost') {
      // It goes out on the next connection, in its place in the queue.
      underWay -= 1
      operation.state = 'waiting'
      return
    }
    if (outcome.kind === 'refused') refuse(operation, outcome)
    else {
      leave(operation)
      operation.succeed(outcome.body)
    }
    pump()
  }

  const refuse = (operation: Operation, { error }: Outcome & { readonly kind: 'refused' }): void => {
    if (!error.retryable) {
      leave(operation)
      return operation.fail(refusal(error))
    }
    underWay -= 1
    operation.state = 'pausing'
    const delayMs = error.retry_after_ms ?? backoffMs(times, random, operation.attempts)
    operation.attempts += 1
    operation.pause = clock.after(delayMs, () => {
      operation.state = 'waiting'
      pump()
    })
  }

  const start = (operation: Operation, on: Link): void => {
    underWay += 1
    operation.state = 'under way'
    on.ask(operation.request, (outcome) => settle(operation, outcome))
  }

  const pump = (): void => {
    for (const operation of queue) {
      if (link === undefined || underWay >= maxUnderWay) return
      if (operation.state === 'waiting' && isFirst(operation)) start(operation, link)
    }
  }

  /** Undefined: the request may be taken in. */
  const whyNot = (request: OutgoingRequest): ChatError | undefined => {
    if (ended !== undefined) return ended
    if (new TextEncoder().encode(request.text).length > maxFrameBytes) return tooLarge(maxFrameBytes)
    return queue.size < maxQueued ? undefined : new ChatError('queue_full', `queue_full: ${maxQueued} requests are waiting`)
  }

  return {
    run: (request, { lane, signal }) =>
      new Promise((resolve, reject) => {
        const call = new Error()
        if (signal?.aborted === true) return reject(signal.reason)
        const refused = whyNot(request)
        if (refused !== undefined) return reject(errorOfCall(refused, call))
        const abort = (): void => {
          leave(operation)
          operation.fail(signal?.reason)
          pump()
        }
        const free = (): void => signal?.removeEventListener('abort', abort)
        const operation: Operation = {
          request,
          lane,
          succeed: (body) => {
            free()
            resolve(body)
          },
          fail: (error) => {
            free()
            reject(error instanceof ChatError ? errorOfCall(error, call) : error)
          },
          state: 'waiting',
          attempts: 0,
        }
        signal?.addEventListener('abort', abort)
        enter(operation)
        pump()
      }),
    connected: (next) => {
      link = next
      pump()
    },
    disconnected: () => {
      link = undefined
    },
    end: (error) => {
      ended ??= error
      link = undefined
      for (const operation of [...queue]) {
        leave(operation)
        operation.fail(error)
      }
    },
  }
}
