import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Outbox } from './outbox.ts'

/**
 * Bounds what answers to reads take in memory.
 *
 * Promises:  a read begins only while its socket's send queue is not full and
 *            `pagesPerSession` reads of it are not under way, and while all
 *            reads under way, each counted as a whole page, and the bytes that
 *            sockets have not taken after an answer are within the gateway's
 *            budget. Reads of one socket begin in the order asked for.
 * Does not:  count sockets that are asked for nothing.
 */
export interface AnswerBudget {
  /** Resolves when a read for this socket may begin. What it resolves with is to be called once, when the answer is queued. */
  begin(outbox: Outbox): Promise<() => void>
  /** To be called when the socket has taken everything, or is closed. */
  drained(outbox: Outbox): void
}

interface Account {
  /** Under way. */
  reads: number
  /** Not taken yet, when it was last looked at. */
  bytes: number
  readonly waiting: (() => void)[]
}

export const createAnswerBudget = (bounds: Pick<Bounds, 'answerBytes' | 'pageBytes' | 'pagesPerSession'>): AnswerBudget => {
  const { answerBytes, pageBytes, pagesPerSession } = bounds
  const accounts = new Map<Outbox, Account>()
  /** Those whose next read waits for nothing but the gateway's budget, in their order. */
  const queued = new Set<Outbox>()
  let used = 0

  const hasRoom = (): boolean => used === 0 || used + pageBytes <= answerBytes

  const serve = (outbox: Outbox, account: Account): void => {
    while (account.waiting.length > 0 && account.reads < pagesPerSession && !outbox.isFull()) {
      if (!hasRoom()) {
        queued.add(outbox)
        return
      }
      account.reads += 1
      used += pageBytes
      account.waiting.shift()?.()
    }
  }

  const update = (outbox: Outbox, account: Account): void => {
    used += outbox.bytes() - account.bytes
    account.bytes = outbox.bytes()
    serve(outbox, account)
    if (account.reads === 0 && account.bytes === 0 && account.waiting.length === 0) accounts.delete(outbox)
    for (const other of queued) {
      if (!hasRoom()) return
      queued.delete(other)
      const waiting = accounts.get(other)
      if (waiting !== undefined) serve(other, waiting)
    }
  }

  const accountOf = (outbox: Outbox): Account => {
    const account = accounts.get(outbox) ?? { reads: 0, bytes: 0, waiting: [] }
    accounts.set(outbox, account)
    return account
  }

  return {
    begin: (outbox) => {
      const account = accountOf(outbox)
      const { promise, resolve } = Promise.withResolvers<() => void>()
      const end = (): void => {
        account.reads -= 1
        used -= pageBytes
        update(outbox, account)
      }
      account.waiting.push(() => resolve(end))
      serve(outbox, account)
      return promise
    },
    drained: (outbox) => {
      const account = accounts.get(outbox)
      if (account !== undefined) update(outbox, account)
    },
  }
}
