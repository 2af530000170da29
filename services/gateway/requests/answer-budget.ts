import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { ReadShare } from '../reads/read-share.ts'
import { readShares } from '../reads/read-share.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'

/**
 * Bounds the database connections and the memory that reads of lists take.
 *
 * Promises:  a read begins only while its socket's send queue is not full,
 *            fewer than `pagesPerSession` reads of that socket are in flight,
 *            and two shares allow it: the share of its user over all of the
 *            user's sockets, and the share of all reads (`readShares`). A read
 *            in flight counts as a full page of bytes, an answer as the bytes
 *            that its socket has not taken. Users with waiting reads take
 *            turns; the reads of one socket begin in the order of requests.
 * Does not:  count sockets that request no reads.
 */
export interface AnswerBudget {
  /**
   * Resolves when a read for this socket may begin. Call the resolved function once, when the answer is queued.
   * `user`: the user whose share the read uses. Undefined for a service: its socket takes turns and has no share.
   */
  begin(sendQueue: SendQueue, user: string | undefined): Promise<() => void>
  /** Call it when the socket has taken everything, or is closed. */
  drained(sendQueue: SendQueue): void
}

/** The present use by one user, or by one socket of a service. */
interface Reader {
  readonly key: string | SendQueue
  readonly share: ReadShare
  reads: number
  bytes: number
  /** Sockets whose next read waits for a share only, in order. */
  readonly ready: Set<SendQueue>
  sockets: number
}

/** The reads of one socket. */
interface AnswerAccount {
  readonly reader: Reader
  reads: number
  /** Bytes that the socket had not taken at the last update. */
  bytes: number
  readonly waiting: (() => void)[]
}

type BudgetBounds = Pick<Bounds, 'answerBytes' | 'pageBytes' | 'pagesPerSession' | 'databasePool'>

export const createAnswerBudget = (bounds: BudgetBounds): AnswerBudget => {
  const { pageBytes, pagesPerSession } = bounds
  const shares = readShares(bounds)
  const accounts = new Map<SendQueue, AnswerAccount>()
  const readers = new Map<string | SendQueue, Reader>()
  const total = { reads: 0, bytes: 0 }
  /** Readers that have a ready socket and are within their own share, in the order of their turns. */
  const turns = new Set<Reader>()

  const hasRoom = (used: { readonly reads: number; readonly bytes: number }, share: ReadShare): boolean =>
    used.reads < share.reads && (used.bytes === 0 || used.bytes + pageBytes <= share.bytes)

  const isReady = (sendQueue: SendQueue, account: AnswerAccount): boolean =>
    account.waiting.length > 0 && account.reads < pagesPerSession && !sendQueue.isFull()

  const count = (account: AnswerAccount, reads: number, bytes: number): void => {
    account.reads += reads
    for (const used of [account.reader, total]) {
      used.reads += reads
      used.bytes += reads * pageBytes + bytes
    }
  }

  const queue = (sendQueue: SendQueue, account: AnswerAccount): void => {
    const { reader } = account
    if (isReady(sendQueue, account)) reader.ready.add(sendQueue)
    else reader.ready.delete(sendQueue)
    if (reader.ready.size > 0 && hasRoom(reader, reader.share)) turns.add(reader)
    else turns.delete(reader)
  }

  /** Begins one read of this reader, and moves the reader and the socket to the end of their queues. */
  const serveNext = (reader: Reader): void => {
    turns.delete(reader)
    const [sendQueue] = reader.ready
    if (sendQueue === undefined) return
    reader.ready.delete(sendQueue)
    const account = accounts.get(sendQueue)
    if (account === undefined) return
    if (isReady(sendQueue, account)) {
      count(account, 1, 0)
      account.waiting.shift()?.()
    }
    queue(sendQueue, account)
  }

  const serve = (): void => {
    while (hasRoom(total, shares.all)) {
      const [reader] = turns
      if (reader === undefined) return
      serveNext(reader)
    }
  }

  const forget = (sendQueue: SendQueue, { reader, reads, bytes, waiting }: AnswerAccount): void => {
    if (reads > 0 || bytes > 0 || waiting.length > 0) return
    accounts.delete(sendQueue)
    reader.sockets -= 1
    if (reader.sockets === 0) readers.delete(reader.key)
  }

  const update = (sendQueue: SendQueue, account: AnswerAccount): void => {
    const bytes = sendQueue.bytes()
    count(account, 0, bytes - account.bytes)
    account.bytes = bytes
    queue(sendQueue, account)
    serve()
    forget(sendQueue, account)
  }

  const readerOf = (sendQueue: SendQueue, user: string | undefined): Reader => {
    const key = user ?? sendQueue
    const share = user === undefined ? shares.all : shares.user
    const reader = readers.get(key) ?? { key, share, reads: 0, bytes: 0, ready: new Set(), sockets: 0 }
    readers.set(key, reader)
    return reader
  }

  const accountOf = (sendQueue: SendQueue, user: string | undefined): AnswerAccount => {
    const known = accounts.get(sendQueue)
    if (known !== undefined) return known
    const account: AnswerAccount = { reader: readerOf(sendQueue, user), reads: 0, bytes: 0, waiting: [] }
    account.reader.sockets += 1
    accounts.set(sendQueue, account)
    return account
  }

  return {
    begin: (sendQueue, user) => {
      const account = accountOf(sendQueue, user)
      const { promise, resolve } = Promise.withResolvers<() => void>()
      const end = (): void => {
        count(account, -1, 0)
        update(sendQueue, account)
      }
      account.waiting.push(() => resolve(end))
      queue(sendQueue, account)
      serve()
      return promise
    },
    drained: (sendQueue) => {
      const account = accounts.get(sendQueue)
      if (account !== undefined) update(sendQueue, account)
    },
  }
}
