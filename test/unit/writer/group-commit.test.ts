import { describe, expect, it } from 'vitest'
import type { Decision } from '../../../services/writer/batch-state.ts'
import type { AppendAttempt, Batch } from '../../../services/writer/decide-and-append.ts'
import { createGroupCommit } from '../../../services/writer/group-commit.ts'
import { readSetOf } from '../../../services/writer/read-set.ts'
import { createRowBound } from '../../../services/writer/row-bound.ts'
import { DecisionError } from '../../../services/writer/store-errors.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { until } from '../../support/poll.ts'
import { add, ann, post, uuid } from '../domain/chat-fixtures.ts'

interface Transaction {
  readonly rooms: readonly string[]
  readonly end: (result: 'appended' | 'stale') => void
  readonly fail: (error: Error) => void
}

const roomOf = (name: string): string => uuid(1, name.charCodeAt(0))
const nameOf = (room: string): string => 'abcdefg'.split('').find((name) => roomOf(name) === room) ?? room
const decisionsOf = ({ commands }: Batch): readonly Decision[] => commands.map(() => ({ kind: 'conflict' }))

/** A group commit whose appends end when the test ends them. */
const openGroups = ({ maxCommands = 100, maxRows = 1_000 } = {}) => {
  const transactions: Transaction[] = []
  const attempt = (batches: readonly Batch[]): Promise<AppendAttempt> =>
    new Promise((resolve, reject) => {
      const rooms = batches.map(({ readSet }) => nameOf(readSet.rooms[0] ?? ''))
      const end = (result: 'appended' | 'stale') => resolve(result === 'stale' ? 'stale' : batches.map(decisionsOf))
      transactions.push({ rooms, end, fail: reject })
    })
  const rowBound = createRowBound(maxRows)
  const stale: number[] = []
  const afterStaleAppend = async (times: number) => void stale.push(times)
  const commit = createGroupCommit({
    readSetOf: (commands) => readSetOf(commands, 5_000),
    attempt,
    rowBound,
    maxCommands,
    clock: systemClock,
    afterStaleAppend,
  })
  const outcome = (committing: Promise<readonly Decision[]>): Promise<string> =>
    committing.then(
      () => 'stored',
      (error: Error) => error.message,
    )
  const send = (name: string, commands = 1): Promise<string> =>
    outcome(commit(Array.from({ length: commands }, () => post(ann, 'text', { room: roomOf(name) }))))
  /** Sends one command for each of these numbers of users. */
  const sendNaming = (name: string, ...users: readonly number[]): Promise<string> =>
    outcome(
      commit(
        users.map((count) => {
          const named = Array.from({ length: count }, (_, index) => uuid(2, index))
          return add(ann, named, { room: roomOf(name) })
        }),
      ),
    )
  const next = async (count: number): Promise<Transaction> => {
    await until('the append', () => transactions.length >= count)
    return transactions[count - 1] as Transaction
  }
  return { send, sendNaming, next, transactions, rowBound, stale }
}

const tooLong = () => new StoreError('timeout', 'too long')

describe('Batches of several partitions', () => {
  it('share an append when they are submitted in one turn of the event loop', async () => {
    const { send, next } = openGroups()
    const all = [send('a'), send('b')]
    const { rooms, end } = await next(1)
    expect(rooms).toEqual(['a', 'b'])
    end('appended')
    expect(await Promise.all(all)).toEqual(['stored', 'stored'])
  })

  it('share the next append when they are submitted during an append', async () => {
    const { send, next } = openGroups()
    const first = send('a')
    const { end } = await next(1)
    const all = [first, send('b'), send('c')]
    end('appended')
    const second = await next(2)
    expect(second.rooms).toEqual(['b', 'c'])
    second.end('appended')
    expect(await Promise.all(all)).toEqual(['stored', 'stored', 'stored'])
  })

  it('form groups of a limited number of commands, which only a single batch may exceed', async () => {
    const { send, next } = openGroups({ maxCommands: 5 })
    const all = [send('a'), send('b', 9), send('c', 3), send('d', 2), send('e', 1)]
    const groups = [['a'], ['b'], ['c', 'd'], ['e']]
    for (const [index, group] of groups.entries()) {
      const { rooms, end } = await next(index + 1)
      expect(rooms).toEqual(group)
      end('appended')
    }
    expect(await Promise.all(all)).toEqual(all.map(() => 'stored'))
  })

  it('form groups of a limited number of rows: one per command and one per user that it names', async () => {
    const { send, sendNaming, next } = openGroups({ maxRows: 12 })
    const all = [sendNaming('a', 9), send('b', 2), sendNaming('c', 5), sendNaming('d', 5), sendNaming('e', 40), send('f')]
    const groups = [['a', 'b'], ['c', 'd'], ['e'], ['f']]
    for (const [index, group] of groups.entries()) {
      const { rooms, end } = await next(index + 1)
      expect(rooms).toEqual(group)
      end('appended')
    }
    expect(await Promise.all(all)).toEqual(all.map(() => 'stored'))
  })

  it('are tried alone after a record fault, and each has its own result', async () => {
    const { send, next } = openGroups()
    const all = [send('a'), send('b')]
    ;(await next(1)).fail(new StoreError('record', 'together'))
    const second = await next(2)
    expect(second.rooms).toEqual(['a'])
    second.fail(new StoreError('record', 'alone'))
    const third = await next(3)
    expect(third.rooms).toEqual(['b'])
    third.end('appended')
    expect(await Promise.all(all)).toEqual(['alone', 'stored'])
  })

  it('are tried alone when the decider throws for one of them', async () => {
    const { send, next } = openGroups()
    const all = [send('a'), send('b')]
    ;(await next(1)).fail(new DecisionError(new TypeError()))
    ;(await next(2)).end('appended')
    ;(await next(3)).fail(new DecisionError(new TypeError()))
    expect(await Promise.all(all)).toEqual(['stored', 'deciding failed: TypeError'])
  })

  it('are decided again together after a stale append, and alone after a second one', async () => {
    const { send, next, stale } = openGroups()
    const all = [send('a'), send('b')]
    ;(await next(1)).end('stale')
    const again = await next(2)
    expect(again.rooms).toEqual(['a', 'b'])
    again.end('stale')
    for (const [index, room] of ['a', 'b'].entries()) {
      const alone = await next(3 + index)
      expect(alone.rooms).toEqual([room])
      alone.end('appended')
    }
    expect(await Promise.all(all)).toEqual(['stored', 'stored'])
    expect(stale).toEqual([1, 2])
  })

  it('all fail without another attempt when the store is unavailable', async () => {
    const { send, next, transactions } = openGroups()
    const all = [send('a'), send('b')]
    ;(await next(1)).fail(new StoreError('unavailable', 'away'))
    expect(await Promise.all(all)).toEqual(['away', 'away'])
    expect(transactions).toHaveLength(1)
  })
})

describe('A group whose append times out', () => {
  it('is tried batch by batch, the smallest first, and rejects a batch above the halved row bound', async () => {
    const { send, sendNaming, next, transactions } = openGroups({ maxRows: 100 })
    const all = [sendNaming('a', 39, 39), sendNaming('b', 9), send('c')]
    ;(await next(1)).fail(tooLong())
    for (const [index, room] of ['c', 'b'].entries()) {
      const { rooms, end } = await next(2 + index)
      expect(rooms).toEqual([room])
      end('appended')
    }
    expect(await Promise.all(all)).toEqual(['the batch has more rows than the current row bound', 'stored', 'stored'])
    expect(transactions).toHaveLength(3)
  })

  it('halves the row bound, and successful appends near the bound double it, up to the initial value', async () => {
    const { sendNaming, next, rowBound } = openGroups({ maxRows: 100 })
    const slow = sendNaming('a', 79)
    ;(await next(1)).fail(tooLong())
    expect(await slow).toBe('too long')
    expect(rowBound.rows).toBe(40)
    const small = sendNaming('b', 9)
    ;(await next(2)).end('appended')
    await small
    expect(rowBound.rows).toBe(40)
    for (const [index, rows] of [80, 100, 100].entries()) {
      const near = sendNaming('c', 59)
      ;(await next(3 + index)).end('appended')
      await near
      expect(rowBound.rows).toBe(rows)
    }
  })

  it('rejects with the timeout if it has a single command, regardless of the number of users', async () => {
    const { sendNaming, next } = openGroups({ maxRows: 10 })
    const slow = sendNaming('a', 1_000)
    ;(await next(1)).fail(tooLong())
    expect(await slow).toBe('too long')
  })
})
