import { describe, expect, it } from 'vitest'
import { createAnswerBudget } from '../../../services/gateway/answer-budget.ts'
import type { Outbox } from '../../../services/gateway/outbox.ts'

const outboxWith = (unsent = 0) => {
  const outbox = {
    unsent,
    bytes: () => outbox.unsent,
    isFull: () => outbox.unsent > 100,
    isEmpty: () => outbox.unsent === 0,
    push: () => undefined,
    flush: () => undefined,
    close: () => undefined,
  }
  return outbox satisfies Outbox
}

/** Three pages fit the gateway, two one socket. */
const rig = () => {
  const budget = createAnswerBudget({ answerBytes: 3_000, pageBytes: 1_000, pagesPerSession: 2 })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const ask = (name: string, outbox: Outbox): void =>
    void budget.begin(outbox).then((end) => {
      begun.push(name)
      ends.set(name, end)
    })
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return { budget, begun, ask, settle, end: (name: string) => ends.get(name)?.() }
}

describe('Reads', () => {
  it('begin at once while there is room', async () => {
    const { begun, ask, settle } = rig()
    ask('a', outboxWith())
    ask('b', outboxWith(100))
    await settle()
    expect(begun).toEqual(['a', 'b'])
  })

  it('of one socket are under way a few at a time, in the order asked for', async () => {
    const { begun, ask, settle, end } = rig()
    const outbox = outboxWith()
    for (const name of ['a', 'b', 'c', 'd']) ask(name, outbox)
    await settle()
    expect(begun).toEqual(['a', 'b'])
    end('b')
    await settle()
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  it('of a socket whose queue is full wait until it has drained', async () => {
    const { budget, begun, ask, settle } = rig()
    const full = outboxWith(101)
    ask('full', full)
    ask('other', outboxWith())
    await settle()
    expect(begun).toEqual(['other'])
    full.unsent = 0
    budget.drained(full)
    await settle()
    expect(begun).toEqual(['other', 'full'])
  })

  it('of sockets with empty queues wait too, while what is read and not taken is over the budget', async () => {
    const { budget, begun, ask, settle, end } = rig()
    const outboxes = [outboxWith(), outboxWith(), outboxWith(), outboxWith(), outboxWith()]
    for (const [index, outbox] of outboxes.entries()) ask(`read ${index}`, outbox)
    await settle()
    expect(begun).toEqual(['read 0', 'read 1', 'read 2'])
    const [first] = outboxes
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

  it('are held up by nothing that a closed socket has left', async () => {
    const { budget, begun, ask, settle, end } = rig()
    const slow = outboxWith()
    ask('slow', slow)
    await settle()
    slow.unsent = 5_000
    end('slow')
    for (const name of ['slow again', 'slow once more']) ask(name, slow)
    ask('other', outboxWith())
    await settle()
    expect(begun).toEqual(['slow'])
    slow.unsent = 0
    budget.drained(slow)
    await settle()
    expect(begun).toEqual(['slow', 'slow again', 'slow once more', 'other'])
  })

  it('larger than the whole budget are made one by one', async () => {
    const budget = createAnswerBudget({ answerBytes: 10, pageBytes: 1_000, pagesPerSession: 2 })
    const end = await budget.begin(outboxWith())
    let isSecond = false
    void budget.begin(outboxWith()).then(() => {
      isSecond = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isSecond).toBe(false)
    end()
    await new Promise((resolve) => setImmediate(resolve))
    expect(isSecond).toBe(true)
  })
})
