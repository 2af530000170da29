import type { ClientTimer } from './client-clock.ts'
import type { FrameBody } from './frames.ts'
import type { OutgoingRequest } from './outgoing-request.ts'

/** A request of the application, until it has ended. */
export interface ScheduledRequest {
  readonly request: OutgoingRequest
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
 * allows it, and then at most `maxPipelined`. A refusal reduces all lanes to one
 * at a time; each success allows one more.
 */
export interface ScheduledRequests {
  /** In the order of the calls: waiting, in flight and pausing. */
  readonly all: Set<ScheduledRequest>
  /** The requests that may be sent now, in the order of the calls. The caller sends each before it takes the next one. */
  next(mayFollow: MayFollow): Iterable<NextRequest>
  succeeded(): void
  /** A request was refused, but will be repeated. */
  refused(): void
}

/** The requests of one lane in flight at the same time. */
export const maxPipelined = 16

/** The requests of a lane before the current one: all are in flight, or the lane is shut. */
interface Ahead {
  inFlight: number
  last: OutgoingRequest | undefined
  isShut: boolean
}

export const createScheduledRequests = (): ScheduledRequests => {
  const all = new Set<ScheduledRequest>()
  let window = maxPipelined

  const hasTurn = ({ request, state }: ScheduledRequest, { inFlight, last, isShut }: Ahead, mayFollow: MayFollow): boolean => {
    if (isShut || state !== 'waiting') return false
    return last === undefined || (inFlight < window && mayFollow(request, last))
  }

  return {
    all,
    next: function* (mayFollow) {
      const aheads = new Map<string | ScheduledRequest, Ahead>()
      for (const scheduled of all) {
        const lane = scheduled.lane ?? scheduled
        const ahead = aheads.get(lane) ?? { inFlight: 0, last: undefined, isShut: false }
        aheads.set(lane, ahead)
        if (hasTurn(scheduled, ahead, mayFollow)) yield { scheduled, before: ahead.last }
        ahead.inFlight += 1
        ahead.last = scheduled.request
        if (scheduled.state !== 'in flight') ahead.isShut = true
      }
    },
    succeeded: () => {
      window = Math.min(maxPipelined, window + 1)
    },
    refused: () => {
      window = 1
    },
  }
}
