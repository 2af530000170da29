import { describe, expect, it } from 'vitest'
import { createAnswerBudget } from '../../../../services/gateway/requests/answer-budget.ts'
import type { SendQueue } from '../../../../services/gateway/send-queue/send-queue.ts'

const sendQueueWith = (unsent = 0) => {
  const sendQueue = {
    unsent,
    bytes: () => sendQueue.unsent,
    isFull: () => sendQueue.unsent > 100,
    isEmpty: () => sendQueue.unsent === 0,
    push: () => undefined,
    flush: () => undefined,
    close: () => undefined,
  }
  return sendQueue satisfies SendQueue
}

/** The budget holds three pages, two of them for one socket. */
const small = { answerBytes: 3_000, pageBytes: 1_000, pagesPerSession: 2, databasePool: 20 }

const rig = (bounds = small) => {
  const budget = createAnswerBudget(bounds)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const ask = (name: string, sendQueue: SendQueue, user?: string): void =>
    void budget.begin(sendQueue, user).then((end) => {
      begun.push(name)
      ends.set(name, end)
    })
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return { budget, begun, ask, settle, end: (name: string) => ends.get(name)?.() }
}

describe('Reads', () => {
  it('begin at once below the bounds', async () => {
    const { begun, ask, settle } = rig()
    ask('a', sendQueueWith())
    ask('b', sendQueueWith(100))
    await settle()
    expect(begun).toEqual(['a', 'b'])
  })

  it('of one socket are in flight a few at a time, in the order of requests', async () => {
    const { begun, ask, settle, end } = rig()
    const sendQueue = sendQueueWith()
    for (const name of ['a', 'b', 'c', 'd']) ask(name, sendQueue)
    await settle()
    expect(begun).toEqual(['a', 'b'])
    end('b')
    await settle()
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  it('of a socket with a full send queue wait until it has drained', async () => {
    const { budget, begun, ask, settle } = rig()
    const full = sendQueueWith(101)
    ask('full', full)
    ask('other', sendQueueWith())
    await settle()
    expect(begun).toEqual(['other'])
    full.unsent = 0
    budget.drained(full)
    await settle()
    expect(begun).toEqual(['other', 'full'])
  })

  it('of sockets with empty queues wait too while unsent answers exceed the budget', async () => {
    const { budget, begun, ask, settle, end } = rig()
    const sendQueuees = [sendQueueWith(), sendQueueWith(), sendQueueWith(), sendQueueWith(), sendQueueWith()]
    for (const [index, sendQueue] of sendQueuees.entries()) ask(`read ${index}`, sendQueue)
    await settle()
    expect(begun).toEqual(['read 0', 'read 1', 'read 2'])
    const [first] = sendQueuees
    if (first !== undefined) first.unsent = 900
    end('read 0')
    await settle()
    expect(begun.length).toBe(3)
    if (first !== undefined) first.unsent = 0
    if (first !== undefined) budget.drained(first)
    await settle()
    expect(begun).toEqual(['read 0', 'read 1', 'read 2', 'read 3'])
    end('read 1')
    await settle()
    expect(begun.length).toBe(5)
  })

  it('are not delayed by the unsent bytes of a closed socket', async () => {
    const { budget, begun, ask, settle, end } = rig()
    const slow = sendQueueWith()
    ask('slow', slow)
    await settle()
    slow.unsent = 5_000
    end('slow')
    for (const name of ['slow again', 'slow once more']) ask(name, slow)
    ask('other', sendQueueWith())
    await settle()
    expect(begun).toEqual(['slow'])
    slow.unsent = 0
    budget.drained(slow)
    await settle()
    expect(begun).toEqual(['slow', 'other', 'slow again', 'slow once more'])
  })

  it('larger than the whole budget are made one at a time', async () => {
    const budget = createAnswerBudget({ answerBytes: 10, pageBytes: 1_000, pagesPerSession: 2, databasePool: 20 })
    const end = await budget.begin(sendQueueWith(), undefined)
    let isSecond = false
    void budget.begin(sendQueueWith(), undefined).then(() => {
      isSecond = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isSecond).toBe(false)
    end()
    await new Promise((resolve) => setImmediate(resolve))
    expect(isSecond).toBe(true)
  })

  it('of one user hold a fifth of the database pool, over all of its sockets, and other users read meanwhile', async () => {
    const { begun, ask, settle, end } = rig({ ...small, answerBytes: 1_000_000, databasePool: 10 })
    const sockets = [sendQueueWith(), sendQueueWith(), sendQueueWith()]
    for (const [index, socket] of sockets.entries()) for (const nth of [1, 2]) ask(`ann ${index}.${nth}`, socket, 'ann')
    ask('bob', sendQueueWith(), 'bob')
    await settle()
    expect(begun).toEqual(['ann 0.1', 'ann 0.2', 'bob'])
    end('ann 0.1')
    await settle()
    expect(begun.slice(3)).toEqual(['ann 1.1'])
  })

  it('hold half of the database pool, and users take turns at it', async () => {
    const { begun, ask, settle, end } = rig({ ...small, answerBytes: 1_000_000, databasePool: 4 })
    for (const nth of [1, 2, 3]) ask(`ann ${nth}`, sendQueueWith(), 'ann')
    for (const nth of [1, 2]) ask(`bob ${nth}`, sendQueueWith(), 'bob')
    ask('cyd', sendQueueWith(), 'cyd')
    await settle()
    expect(begun).toEqual(['ann 1', 'bob 1'])
    for (const name of ['ann 1', 'bob 1', 'cyd', 'ann 2', 'bob 2', 'ann 3']) {
      end(name)
      await settle()
    }
    expect(begun.slice(2)).toEqual(['cyd', 'ann 2', 'bob 2', 'ann 3'])
  })

  it('of one user wait while its sockets have a quarter of the answer bytes to take', async () => {
    const { budget, begun, ask, settle, end } = rig({ ...small, answerBytes: 8_000 })
    const slow = sendQueueWith()
    ask('slow', slow, 'ann')
    await settle()
    slow.unsent = 1_500
    end('slow')
    ask('own', sendQueueWith(), 'ann')
    ask('other', sendQueueWith(), 'bob')
    await settle()
    expect(begun).toEqual(['slow', 'other'])
    slow.unsent = 0
    budget.drained(slow)
    await settle()
    expect(begun).toEqual(['slow', 'other', 'own'])
  })
})
