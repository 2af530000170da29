import { describe, expect, it } from 'vitest'
import { acknowledgementQueue } from '../../../../shared/runtime/async/acknowledgement-queue.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const rig = (maxBatches = 3, maxBytes = 100) => {
  const ending = new AbortController()
  const acknowledged: string[] = []
  const failures: unknown[] = []
  const queue = acknowledgementQueue({ maxBatches, maxBytes, signal: ending.signal, onFailure: (error) => failures.push(error) })
  const add = (name: string, bytes = 1) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    queue.add({ bytes, done: promise, acknowledge: () => void acknowledged.push(name) })
    return { finish: resolve, fail: reject }
  }
  const hasEnded = async (promise: Promise<void>): Promise<boolean> => {
    let isEnded = false
    void promise.then(() => {
      isEnded = true
    })
    await turn()
    return isEnded
  }
  return { queue, add, acknowledged, failures, ending, hasEnded }
}

describe('the acknowledgement queue', () => {
  it('acknowledges batches in order, in whatever order their effects complete', async () => {
    const { add, acknowledged } = rig()
    const [a, b, c] = [add('a'), add('b'), add('c')]
    c.finish()
    b.finish()
    await turn()
    expect(acknowledged).toEqual([])
    a.finish()
    await turn()
    expect(acknowledged).toEqual(['a', 'b', 'c'])
  })

  it.each([
    ['batches', 1],
    ['bytes', 50],
  ])('is full at the bound of %s, until the first batch is acknowledged', async (_, bytes) => {
    const { queue, add, hasEnded } = rig(bytes === 1 ? 2 : 10)
    const [a] = [add('a', bytes), add('b', bytes)]
    const room = queue.whenNotFull()
    expect(await hasEnded(room)).toBe(false)
    a.finish()
    expect(await hasEnded(room)).toBe(true)
  })

  it('stops waiting for space when the signal is aborted, and still acknowledges', async () => {
    const { queue, add, acknowledged, ending, hasEnded } = rig(1)
    const a = add('a')
    const room = queue.whenNotFull()
    ending.abort()
    expect(await hasEnded(room)).toBe(true)
    a.finish()
    await turn()
    expect(acknowledged).toEqual(['a'])
  })

  it('acknowledges no batch after a failure, and reports the failure once', async () => {
    const { queue, add, acknowledged, failures } = rig()
    const [a, b, c] = [add('a'), add('b'), add('c')]
    b.fail()
    await turn()
    a.finish()
    c.fail()
    await queue.whenEmpty()
    await turn()
    expect([acknowledged, failures]).toEqual([[], [undefined]])
  })

  it('neither acknowledges nor reports after it was dropped, and releases all waiting callers', async () => {
    const { queue, add, acknowledged, failures, hasEnded } = rig(1)
    const a = add('a')
    const [room, empty] = [queue.whenNotFull(), queue.whenEmpty()]
    queue.drop()
    expect(await hasEnded(room)).toBe(true)
    expect(await hasEnded(empty)).toBe(true)
    const b = add('b')
    a.finish()
    b.fail()
    await turn()
    expect([acknowledged, failures]).toEqual([[], []])
  })

  it('is empty when all batches are acknowledged', async () => {
    const { queue, add, hasEnded } = rig()
    expect(await hasEnded(queue.whenEmpty())).toBe(true)
    const a = add('a')
    const empty = queue.whenEmpty()
    expect(await hasEnded(empty)).toBe(false)
    a.finish()
    expect(await hasEnded(empty)).toBe(true)
  })
})
