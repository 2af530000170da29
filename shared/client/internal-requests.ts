import type { ClientClock } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import { backoffMs } from './client-times.ts'
import type { FrameBody } from './frames.ts'
import type { Link, RequestOutcome } from './link.ts'
import type { OutgoingRequest } from './outgoing-request.ts'

/**
 * The client's own requests on the current link. Each is repeated until it is
 * answered or the link closes; it has no meaning on the next link.
 */
export interface InternalRequests {
  readonly isConnected: boolean
  /** `forbidden`: called when the service refuses the request with that code; without it, such a request is repeated. */
  ask(make: () => OutgoingRequest, answered: (body: FrameBody) => void, forbidden?: () => void): void
  /** Waits for an answer under this id. */
  expect(event: string, id: string, answered: (body: FrameBody) => void): void
  connected(link: Link): void
  disconnected(): void
}

/** The clock, times and random numbers of the pauses before a request is repeated. */
export interface InternalRequestsDeps {
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
}

export const createInternalRequests = ({ clock, times, random }: InternalRequestsDeps): InternalRequests => {
  let link: Link | undefined

  return {
    get isConnected() {
      return link !== undefined
    },
    ask: (make, answered, forbidden) => {
      const on = link
      let attempts = 0
      const again = (): void => {
        if (link === on) on?.ask(make(), settled)
      }
      const settled = (outcome: RequestOutcome): void => {
        if (link !== on || outcome.kind === 'lost') return
        if (outcome.kind === 'answered') return answered(outcome.body)
        const { error } = outcome
        if (error.code === 'forbidden' && forbidden !== undefined) return forbidden()
        clock.after(Math.max(error.retry_after_ms ?? 0, backoffMs(times, random, attempts)), again)
        attempts += 1
      }
      again()
    },
    expect: (event, id, answered) => {
      const on = link
      on?.expect(event, id, (outcome) => {
        if (link === on && outcome.kind === 'answered') answered(outcome.body)
      })
    },
    connected: (next) => {
      link = next
    },
    disconnected: () => {
      link = undefined
    },
  }
}
