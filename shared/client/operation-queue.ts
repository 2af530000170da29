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

/** The requests of an application that have not ended. */
export interface OperationQueue {
  /** In the order of the calls: waiting, in flight and pausing. */
  readonly all: ReadonlySet<Operation>
  add(operation: Operation): void
  remove(operation: Operation): void
  /** No other operation of its lane was added before it. */
  isFirst(operation: Operation): boolean
}

export const createOperationQueue = (): OperationQueue => {
  const all = new Set<Operation>()
  const lanes = new Map<string, Operation[]>()

  return {
    all,
    add: (operation) => {
      all.add(operation)
      if (operation.lane === undefined) return
      const lane = lanes.get(operation.lane)
      if (lane === undefined) lanes.set(operation.lane, [operation])
      else lane.push(operation)
    },
    remove: (operation) => {
      all.delete(operation)
      if (operation.lane === undefined) return
      const left = (lanes.get(operation.lane) ?? []).filter((other) => other !== operation)
      if (left.length === 0) lanes.delete(operation.lane)
      else lanes.set(operation.lane, left)
    },
    isFirst: (operation) => operation.lane === undefined || lanes.get(operation.lane)?.[0] === operation,
  }
}
