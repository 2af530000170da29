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

/** A request that may be sent now. */
export interface NextRequest {
  readonly scheduled: ScheduledRequest
  /** The request of its lane that is in flight directly before it. */
  readonly before: OutgoingRequest | undefined
}

/** Whether a request may be sent while `before`, of the same lane, is in flight. */
type MayFollow = (request: OutgoingRequest, before: OutgoingRequest) => boolean

/**
 * The requests of an application that have not ended. The requests of a lane
 * are sent in the order of the calls. Several are in flight only if `mayFollow`
 * allows it, and then at most `maxPipelined`. A refusal reduces the lane to one
 * at a time; each success allows one more.
 */
export interface ScheduledRequests {
  /** In the order of the calls: waiting, in flight and pausing. */
  readonly all: ReadonlySet<ScheduledRequest>
  add(scheduled: ScheduledRequest): void
  remove(scheduled: ScheduledRequest): void
  /** The requests that may be sent now, in the order of the calls. The caller sends each before it takes the next one. */
  next(mayFollow: MayFollow): Iterable<NextRequest>
  succeeded(scheduled: ScheduledRequest): void
  /** Refused, but it will be repeated. */
  refused(scheduled: ScheduledRequest): void
}

/** The requests of one lane in flight at the same time. */
export const maxPipelined = 16

interface Lane {
  size: number
  /** The number of requests that may be in flight. */
  window: number
}

/** The requests of a lane before the current one: all are in flight, or the lane is shut. */
interface Ahead {
  inFlight: number
  last: OutgoingRequest | undefined
  isShut: boolean
}

export const createScheduledRequests = (): ScheduledRequests => {
  const all = new Set<ScheduledRequest>()
  const lanes = new Map<string, Lane>()
  const laneOf = ({ lane }: ScheduledRequest): Lane | undefined => (lane === undefined ? undefined : lanes.get(lane))

  const hasTurn = (scheduled: ScheduledRequest, { inFlight, last, isShut }: Ahead, mayFollow: MayFollow): boolean => {
    const { request, lane = '' } = scheduled
    if (isShut || scheduled.state !== 'waiting' || request === undefined) return false
    return last === undefined || (inFlight < (lanes.get(lane)?.window ?? 1) && mayFollow(request, last))
  }

  return {
    all,
    add: (scheduled) => {
      all.add(scheduled)
      if (scheduled.lane === undefined) return
      const lane = lanes.get(scheduled.lane)
      if (lane === undefined) lanes.set(scheduled.lane, { size: 1, window: maxPipelined })
      else lane.size += 1
    },
    remove: (scheduled) => {
      const lane = laneOf(scheduled)
      if (!all.delete(scheduled) || lane === undefined || scheduled.lane === undefined) return
      lane.size -= 1
      if (lane.size === 0) lanes.delete(scheduled.lane)
    },
    next: function* (mayFollow) {
      const aheads = new Map<string, Ahead>()
      for (const scheduled of all) {
        const { lane } = scheduled
        const ahead = (lane === undefined ? undefined : aheads.get(lane)) ?? { inFlight: 0, last: undefined, isShut: false }
        if (hasTurn(scheduled, ahead, mayFollow)) yield { scheduled, before: ahead.last }
        if (lane === undefined) continue
        aheads.set(lane, ahead)
        if (scheduled.state === 'in flight') Object.assign(ahead, { inFlight: ahead.inFlight + 1, last: scheduled.request })
        else ahead.isShut = true
      }
    },
    succeeded: (scheduled) => {
      const lane = laneOf(scheduled)
      if (lane !== undefined) lane.window = Math.min(maxPipelined, lane.window + 1)
    },
    refused: (scheduled) => {
      const lane = laneOf(scheduled)
      if (lane !== undefined) lane.window = 1
    },
  }
}
