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

/** A user's commands on their way to the last word on each, over any number of connections. */
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

const waitingMost = 20_000
const againMs = 100
const noRoom: Settled = { outcome: 'failed', code: 'other', seq: 0, retryAfterMs: 0 }
const abandoned: Settled = { outcome: 'unknown', code: 'closed', seq: 0, retryAfterMs: 0 }

export const createSendAgain = (
  counts: Counts,
  /** Undefined while there is none to send on. */
  connection: () => Connection | undefined,
  /** Whether what was refused for now, or is of unknown fate, is sent once more. */
  mayTryAgain: () => boolean,
): SendAgain => {
  const waiting: Waiting[] = []
  let unsettled = 0
  let isAbandoned = false

  const conclude = (next: Waiting, settled: Settled): void => {
    unsettled -= 1
    next.done(settled)
  }

  const isWorthAgain = ({ outcome, code }: Settled): boolean =>
    mayTryAgain() && (outcome === 'unknown' || code === 'unavailable' || code === 'rate_limited')

  const send = (next: Waiting): void => {
    const open = connection()
    if (isAbandoned) return conclude(next, abandoned)
    if (open === undefined || !open.isOpen) {
      waiting.push(next)
      return
    }
    const { rest, ...command } = next.command
    if (next.sendings > 0) counts.sentAgain += 1
    next.sendings += 1
    open.send({
      ...command,
      text: (operation) => `{"id":"${operation}",${rest}`,
      onSettled: (settled) => {
        if (isWorthAgain(settled)) setTimeout(() => send(next), Math.max(againMs, settled.retryAfterMs))
        else conclude(next, settled)
      },
    })
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
        if (waiting.length > 0) waiting.push(next)
        else send(next)
      }),
    flush: () => {
      for (const next of waiting.splice(0)) send(next)
    },
    abandon: () => {
      isAbandoned = true
      for (const next of waiting.splice(0)) conclude(next, abandoned)
    },
  }
}
