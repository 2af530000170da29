import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Outbox } from './outbox.ts'
import type { ReadShare } from './read-share.ts'
import { readShares } from './read-share.ts'

/**
 * Bounds the database connections and the memory that reads of lists take.
 *
 * Promises:  a read begins only while its socket's send queue is not full and
 *            `pagesPerSession` reads of that socket are not under way, and
 *            within two shares: that of its user over all of its sockets, and
 *            that of all reads (`readShares`). Against bytes, a read under way
 *            counts as a whole page, an answer by the bytes that its socket has
 *            not taken. Users with reads waiting take turns; reads of one socket
 *            begin in the order asked for.
 * Does not:  count sockets that are asked for nothing.
 */
export interface AnswerBudget {
  /**
   * Resolves when a read for this socket may begin; call the function it resolves with once, when the answer is queued.
   * `user`: whose share the read is taken from. Undefined for a service: its socket takes turns, and has no share.
   */
  begin(outbox: Outbox, user: string | undefined): Promise<() => void>
  /** To be called when the socket has taken everything, or is closed. */
  drained(outbox: Outbox): void
}

/** What one user, or one socket of a service, uses now. */
interface Reader {
  readonly key: string | Outbox
  readonly share: ReadShare
  reads: number
  bytes: number
  /** Sockets whose next read waits for nothing but a share, in their order. */
  readonly ready: Set<Outbox>
  sockets: number
}

interface Account {
  readonly reader: Reader
  reads: number
  /** Not taken by the socket yet, at the last look. */
  bytes: number
  readonly waiting: (() => void)[]
}

type BudgetBounds = Pick<Bounds, 'answerBytes' | 'pageBytes' | 'pagesPerSession' | 'databasePool'>

export const createAnswerBudget = (bounds: BudgetBounds): AnswerBudget => {
  const { pageBytes, pagesPerSession } = bounds
  const shares = readShares(bounds)
  const accounts = new Map<Outbox, Account>()
  const readers = new Map<string | Outbox, Reader>()
  const total = { reads: 0, bytes: 0 }
  /** Readers with a ready socket and room in their own share, in the order of their turns. */
  const turns = new Set<Reader>()

  const hasRoom = (used: { readonly reads: number; readonly bytes: number }, share: ReadShare): boolean =>
    used.reads < share.reads && (used.bytes === 0 || used.bytes + pageBytes <= share.bytes)

  const isReady = (outbox: Outbox, account: Account): boolean =>
    account.waiting.length > 0 && account.reads < pagesPerSession && !outbox.isFull()

  const count = (account: Account, reads: number, bytes: number): void => {
    account.reads += reads
    for (const used of [account.reader, total]) {
      used.reads += reads
      used.bytes += reads * pageBytes + bytes
    }
  }

  const queue = (outbox: Outbox, account: Account): void => {
    const { reader } = account
    if (isReady(outbox, account)) reader.ready.add(outbox)
    else reader.ready.delete(outbox)
    if (reader.ready.size > 0 && hasRoom(reader, reader.share)) turns.add(reader)
    else turns.delete(reader)
  }

  /** Begins one read of the reader whose turn it is, and puts the reader and the socket at the end of their queues. */
  const serveNext = (reader: Reader): void => {
    turns.delete(reader)
    const [outbox] = reader.ready
    if (outbox === undefined) return
    reader.ready.delete(outbox)
    const account = accounts.get(outbox)
    if (account === undefined) return
    if (isReady(outbox, account)) {
      count(account, 1, 0)
      account.waiting.shift()?.()
    }
    queue(outbox, account)
  }

  const serve = (): void => {
    while (hasRoom(total, shares.all)) {
      const [reader] = turns
      if (reader === undefined) return
      serveNext(reader)
    }
  }

  const forget = (outbox: Outbox, { reader, reads, bytes, waiting }: Account): void => {
    if (reads > 0 || bytes > 0 || waiting.length > 0) return
    accounts.delete(outbox)
    reader.sockets -= 1
    if (reader.sockets === 0) readers.delete(reader.key)
  }

  const update = (outbox: Outbox, account: Account): void => {
    const bytes = outbox.bytes()
    count(account, 0, bytes - account.bytes)
    account.bytes = bytes
    queue(outbox, account)
    serve()
    forget(outbox, account)
  }

  const readerOf = (outbox: Outbox, user: string | undefined): Reader => {
    const key = user ?? outbox
    const share = user === undefined ? shares.all : shares.user
    const reader = readers.get(key) ?? { key, share, reads: 0, bytes: 0, ready: new Set(), sockets: 0 }
    readers.set(key, reader)
    return reader
  }

  const accountOf = (outbox: Outbox, user: string | undefined): Account => {
    const known = accounts.get(outbox)
    if (known !== undefined) return known
    const account: Account = { reader: readerOf(outbox, user), reads: 0, bytes: 0, waiting: [] }
    account.reader.sockets += 1
    accounts.set(outbox, account)
    return account
  }

  return {
    begin: (outbox, user) => {
      const account = accountOf(outbox, user)
      const { promise, resolve } = Promise.withResolvers<() => void>()
      const end = (): void => {
        count(account, -1, 0)
        update(outbox, account)
      }
      account.waiting.push(() => resolve(end))
      queue(outbox, account)
      serve()
      return promise
    },
    drained: (outbox) => {
      const account = accounts.get(outbox)
      if (account !== undefined) update(outbox, account)
    },
  }
}
