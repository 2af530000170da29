import type { Connection } from './connection.ts'
import type { Counts } from './counts.ts'
import type { Sending, Settled } from './sending.ts'

/** A command, which may be sent several times. */
export type LoadCommand = Omit<Sending, 'onSettled'>

/**
 * Sends the commands of a user until each has a final outcome, over any number of
 * connections: in order, with a bound on commands in flight, and again after
 * growing pauses.
 */
export interface SendAgain {
  readonly unsettled: number
  /** Queues while there is no connection. Resolves with the final outcome. */
  perform(command: LoadCommand): Promise<Settled>
  /** A connection is open: sends the queued commands in order. */
  flush(): void
  /** There will be no further connection: open commands end with an unknown outcome. */
  abandon(): void
}

interface Waiting {
  readonly command: LoadCommand
  readonly done: (settled: Settled) => void
  sendings: number
}

const waitingMost = 50_000
/** Below the bound of the service, so that a stall does not cause a flood of refusals. */
const inFlightMost = 60
const againMs = { first: 100, most: 5_000 } as const
const noRoom: Settled = { outcome: 'failed', code: 'other', seq: 0, retryAfterMs: 0 }
const abandoned: Settled = { outcome: 'unknown', code: 'closed', seq: 0, retryAfterMs: 0 }

export const createSendAgain = (
  counts: Counts,
  random: () => number,
  /** Undefined while there is no connection. */
  connection: () => Connection | undefined,
  /** Whether commands are sent again after a retryable refusal or an unknown outcome. */
  mayTryAgain: () => boolean,
): SendAgain => {
  const waiting: Waiting[] = []
  let unsettled = 0
  let inFlight = 0
  let isAbandoned = false

  const conclude = (next: Waiting, settled: Settled): void => {
    unsettled -= 1
    next.done(settled)
  }

  const isWorthAgain = ({ outcome, code }: Settled): boolean =>
    mayTryAgain() && (outcome === 'unknown' || code === 'unavailable' || code === 'rate_limited')

  const pauseFor = ({ sendings }: Waiting, { retryAfterMs }: Settled): number => {
    const grown = Math.min(againMs.most, againMs.first * 2 ** (sendings - 1))
    return Math.max(retryAfterMs, grown * (0.5 + random() / 2))
  }

  /** Its pause is over: it precedes commands that were not sent yet. */
  const again = (next: Waiting): void => {
    if (isAbandoned) return conclude(next, abandoned)
    waiting.unshift(next)
    flush()
  }

  const send = (next: Waiting, open: Connection): void => {
    if (next.sendings > 0) counts.sentAgain += 1
    next.sendings += 1
    inFlight += 1
    open.send({
      ...next.command,
      onSettled: (settled) => {
        inFlight -= 1
        if (isWorthAgain(settled)) setTimeout(again, pauseFor(next, settled), next)
        else conclude(next, settled)
        flush()
      },
    })
  }

  const flush = (): void => {
    const open = connection()
    if (open === undefined || !open.isOpen) return
    while (inFlight < inFlightMost) {
      const next = waiting.shift()
      if (next === undefined) return
      send(next, open)
    }
  }

  return {
    get unsettled() {
      return unsettled
    },
    perform: (command) =>
      new Promise((resolve) => {
        if (waiting.length >= waitingMost) {
          counts.unsent += 1
          resolve(noRoom)
          return
        }
        unsettled += 1
        const next = { command, done: resolve, sendings: 0 }
        if (isAbandoned) return conclude(next, abandoned)
        waiting.push(next)
        flush()
      }),
    flush,
    abandon: () => {
      isAbandoned = true
      for (const next of waiting.splice(0)) conclude(next, abandoned)
    },
  }
}
