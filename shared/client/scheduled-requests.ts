import type { ClientTimer } from './client-clock.ts'
import type { FrameBody } from './frames.ts'
import type { OutgoingRequest } from './outgoing-request.ts'

/** A request of the application, until it has ended. */
export interface ScheduledRequest {
  /** Undefined until it is ready, for example while user ids are looked up. */
  request: OutgoingRequest | undefined
  readonly lane: string | undefined
  readonly succeed: (body: FrameBody) => void
  readonly fail: (error: unknown) => void
  state: 'waiting' | 'in flight' | 'pausing' | 'done'
  attempts: number
  pause?: ClientTimer
}

/** The requests of an application that have not ended. */
export interface ScheduledRequests {
  /** In the order of the calls: waiting, in flight and pausing. */
  readonly all: ReadonlySet<ScheduledRequest>
  add(scheduled: ScheduledRequest): void
  remove(scheduled: ScheduledRequest): void
  /** No other request of its lane was added before it. */
  isFirst(scheduled: ScheduledRequest): boolean
}

export const createScheduledRequests = (): ScheduledRequests => {
  const all = new Set<ScheduledRequest>()
  const lanes = new Map<string, ScheduledRequest[]>()

  return {
    all,
    add: (scheduled) => {
      all.add(scheduled)
      if (scheduled.lane === undefined) return
      const lane = lanes.get(scheduled.lane)
      if (lane === undefined) lanes.set(scheduled.lane, [scheduled])
      else lane.push(scheduled)
    },
    remove: (scheduled) => {
      all.delete(scheduled)
      if (scheduled.lane === undefined) return
      const left = (lanes.get(scheduled.lane) ?? []).filter((other) => other !== scheduled)
      if (left.length === 0) lanes.delete(scheduled.lane)
      else lanes.set(scheduled.lane, left)
    },
    isFirst: (scheduled) => scheduled.lane === undefined || lanes.get(scheduled.lane)?.[0] === scheduled,
  }
}
