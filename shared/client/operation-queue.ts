import type { ClientTimer } from './client-clock.ts'
import type { FrameBody } from './frames.ts'
import type { OutgoingRequest } from './requests.ts'

/** A request of the application, until it has ended. */
export interface Operation {
  /** Undefined while it is being made. */
  request: OutgoingRequest | undefined
  readonly lane: string | undefined
  readonly succeed: (body: FrameBody) => void
  readonly fail: (error: unknown) => void
  state: 'waiting' | 'in flight' | 'pausing' | 'done'
  attempts: number
  pause?: ClientTimer
}

/** An operation that may be sent now. */
export interface NextOperation {
  readonly operation: Operation
  /** The request of its lane that is in flight directly before it. */
  readonly before: OutgoingRequest | undefined
}

/** Whether a request may be sent while `before`, of the same lane, is in flight. */
type MayFollow = (request: OutgoingRequest, before: OutgoingRequest) => boolean

/**
 * The requests of an application that have not ended. The operations of a lane
 * are sent in the order of the calls. Several are in flight only if `mayFollow`
 * allows it, and then at most `maxPipelined`. A refusal reduces the lane to one
 * at a time; each success allows one more.
 */
export interface OperationQueue {
  /** In the order of the calls: waiting, in flight and pausing. */
  readonly all: ReadonlySet<Operation>
  add(operation: Operation): void
  remove(operation: Operation): void
  /** The operations that may be sent now, in the order of the calls. The caller sends each before it takes the next one. */
  next(mayFollow: MayFollow): Iterable<NextOperation>
  succeeded(operation: Operation): void
  /** Refused, but it will be repeated. */
  refused(operation: Operation): void
}

/** The operations of one lane in flight at the same time. */
export const maxPipelined = 16

interface Lane {
  size: number
  /** The number of operations that may be in flight. */
  window: number
}

/** The operations of a lane before the current one: all are in flight, or the lane is shut. */
interface Ahead {
  inFlight: number
  last: OutgoingRequest | undefined
  isShut: boolean
}

export const createOperationQueue = (): OperationQueue => {
  const all = new Set<Operation>()
  const lanes = new Map<string, Lane>()
  const laneOf = ({ lane }: Operation): Lane | undefined => (lane === undefined ? undefined : lanes.get(lane))

  const hasTurn = (operation: Operation, { inFlight, last, isShut }: Ahead, mayFollow: MayFollow): boolean => {
    const { request, lane = '' } = operation
    if (isShut || operation.state !== 'waiting' || request === undefined) return false
    return last === undefined || (inFlight < (lanes.get(lane)?.window ?? 1) && mayFollow(request, last))
  }

  return {
    all,
    add: (operation) => {
      all.add(operation)
      if (operation.lane === undefined) return
      const lane = lanes.get(operation.lane)
      if (lane === undefined) lanes.set(operation.lane, { size: 1, window: maxPipelined })
      else lane.size += 1
    },
    remove: (operation) => {
      const lane = laneOf(operation)
      if (!all.delete(operation) || lane === undefined || operation.lane === undefined) return
      lane.size -= 1
      if (lane.size === 0) lanes.delete(operation.lane)
    },
    next: function* (mayFollow) {
      const aheads = new Map<string, Ahead>()
      for (const operation of all) {
        const { lane } = operation
        const ahead = (lane === undefined ? undefined : aheads.get(lane)) ?? { inFlight: 0, last: undefined, isShut: false }
        if (hasTurn(operation, ahead, mayFollow)) yield { operation, before: ahead.last }
        if (lane === undefined) continue
        aheads.set(lane, ahead)
        if (operation.state === 'in flight') Object.assign(ahead, { inFlight: ahead.inFlight + 1, last: operation.request })
        else ahead.isShut = true
      }
    },
    succeeded: (operation) => {
      const lane = laneOf(operation)
      if (lane !== undefined) lane.window = Math.min(maxPipelined, lane.window + 1)
    },
    refused: (operation) => {
      const lane = laneOf(operation)
      if (lane !== undefined) lane.window = 1
    },
  }
}
