import type { Connection, Settled } from './connection.ts'
import type { OperationEvent } from './entry.ts'
import type { Counts } from './load-context.ts'

/** What is to be sent, as often as it takes. */
export interface LoadCommand {
  readonly event: OperationEvent
  readonly room: number
  readonly command: number
  readonly intendedMs: number
  /** All of the frame but its opening brace and the caller's id. */
  readonly rest: string
}

/**
 * A user's commands on their way to the last word on each, over any number of
 * connections: no more at a time than a gateway takes, in order; again after a
 * pause that grows.
 */
export interface SendAgain {
  readonly unsettled: number
  /** Queues while there is no connection. Resolves with the last word on it. */
  perform(command: LoadCommand): Promise<Settled>
  /** There is a connection: what waits goes out, in order. */
  flush(): void
  /** There will be none any more: what is not settled stays of unknown fate. */
  abandon(): void
}

interface Waiting {
  readonly command: LoadCommand
  readonly done: (settled: Settled) => void
  sendings: number
}

const waitingMost = 50_000
/** Below the service's own bound, so that a stall of the service is no flood of refusals. */
const inFlightMost = 60
const againMs = { first: 100, most: 5_000 } as const
const noRoom: Settled = { outcome: 'failed', code: 'other', seq: 0, retryAfterMs: 0 }
const abandoned: Settled = { outcome: 'unknown', code: 'closed', seq: 0, retryAfterMs: 0 }

export const createSendAgain = (
  counts: Counts,
  random: () => number,
  /** Undefined while there is none to send on. */
  connection: () => Connection | undefined,
  /** Whether what was refused for now, or is of unknown fate, is sent once more. */
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

  /** It has waited long enough: before those that have not been sent yet. */
  const again = (next: Waiting): void => {
    if (isAbandoned) return conclude(next, abandoned)
    waiting.unshift(next)
    flush()
  }

  const send = (next: Waiting, open: Connection): void => {
    const { rest, ...command } = next.command
    if (next.sendings > 0) counts.sentAgain += 1
    next.sendings += 1
    inFlight += 1
    open.send({
      ...command,
      text: (operation) => `{"id":"${operation}",${rest}`,
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
