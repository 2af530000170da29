import { describe, expect, it } from 'vitest'
import { groupCommit } from '../../../services/writer/group-commit.ts'
import type { Decided, EventStore, Loaded, Touched } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { systemClock } from '../../../shared/runtime/system-clock.ts'
import { until } from '../../support/poll.ts'

const touching = (room: string, commands = 1): Touched => ({
  rooms: [room],
  commands: Array.from({ length: commands }, (_, index) => ({ room, id: `${index}`, digest: 'd' })),
  members: [],
  users: [],
  externalIds: [],
  chatCounts: { users: [], upTo: 0 },
})

const loaded: Loaded = { chats: new Map(), knownUsers: new Set(), users: new Map(), chatCounts: new Map(), outcomes: new Map() }
const nothing: Decided = { events: [], rejections: [] }

interface Transaction {
  readonly rooms: readonly string[]
  readonly commit: () => void
  readonly fail: (error: Error) => void
}

/** A store whose transactions end when the test says so. */
const openStore = (maxCommands = 100) => {
  const transactions: Transaction[] = []
  const transact: EventStore['transact'] = async ({ rooms }, decide) => {
    decide(loaded)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    transactions.push({ rooms, commit: resolve, fail: reject })
    await promise
  }
  const grouped = groupCommit(transact, systemClock, maxCommands)
  const send = (room: string, commands?: number): Promise<string> =>
    grouped(touching(room, commands), () => nothing).then(
      () => 'stored',
      (error: Error) => error.message,
    )
  const next = async (count: number): Promise<Transaction> => {
    await until('the transaction', () => transactions.length >= count)
    return transactions[count - 1] as Transaction
  }
  return { send, next, transactions }
}

describe('Batches of several partitions', () => {
  it('share a transaction when they come in one turn', async () => {
    const { send, next } = openStore()
    const all = [send('a'), send('b')]
    const { rooms, commit } = await next(1)
    expect(rooms).toEqual(['a', 'b'])
    commit()
    expect(await Promise.all(all)).toEqual(['stored', 'stored'])
  })

  it('share the next transaction when they come while one is under way', async () => {
    const { send, next } = openStore()
    const first = send('a')
    const { commit } = await next(1)
    const all = [first, send('b'), send('c')]
    commit()
    const second = await next(2)
    expect(second.rooms).toEqual(['b', 'c'])
    second.commit()
    expect(await Promise.all(all)).toEqual(['stored', 'stored', 'stored'])
  })

  it('are no more in one transaction than their commands allow, one at the least', async () => {
    const { send, next } = openStore(5)
    const all = [send('a'), send('b', 9), send('c', 3), send('d', 2), send('e', 1)]
    const groups = [['a'], ['b'], ['c', 'd'], ['e']]
    for (const [index, group] of groups.entries()) {
      const { rooms, commit } = await next(index + 1)
      expect(rooms).toEqual(group)
      commit()
    }
    expect(await Promise.all(all)).toEqual(all.map(() => 'stored'))
  })

  it.each(['clash', 'record'] as const)('are tried alone, in their order, after a %s', async (fault) => {
    const { send, next } = openStore()
    const all = [send('a'), send('b')]
    ;(await next(1)).fail(new StoreError(fault, 'together'))
    const second = await next(2)
    expect(second.rooms).toEqual(['a'])
    second.fail(new StoreError(fault, 'alone'))
    const third = await next(3)
    expect(third.rooms).toEqual(['b'])
    third.commit()
    expect(await Promise.all(all)).toEqual(['alone', 'stored'])
  })

  it('are tried alone after one of them could not be decided', async () => {
    const stored: (readonly string[])[] = []
    const transact: EventStore['transact'] = async ({ rooms }, decide) => {
      decide(loaded)
      stored.push(rooms)
    }
    const grouped = groupCommit(transact, systemClock, 100)
    const decideOr = (room: string, failure?: Error) =>
      grouped(touching(room), () => {
        if (failure !== undefined) throw failure
        return nothing
      })
    const all = Promise.allSettled([decideOr('a'), decideOr('b', new Error('undecided')), decideOr('c')])
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(stored).toEqual([['a'], ['c']])
  })

  it('all hear of a store that is away, and are not tried again here', async () => {
    const { send, next, transactions } = openStore()
    const all = [send('a'), send('b')]
    ;(await next(1)).fail(new StoreError('unavailable', 'away'))
    expect(await Promise.all(all)).toEqual(['away', 'away'])
    expect(transactions).toHaveLength(1)
  })
})
