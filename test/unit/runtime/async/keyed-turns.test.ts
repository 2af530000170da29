import { describe, expect, it } from 'vitest'
import { createKeyedTurns } from '../../../../shared/runtime/async/keyed-turns.ts'

const rig = (most: number) => {
  const turns = createKeyedTurns(most)
  const started: string[] = []
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const start = (key: string, name: string): Promise<string> =>
    turns(key, async () => {
      started.push(name)
      const ended = Promise.withResolvers<void>()
      ends.set(name, ended)
      await ended.promise
      return name
    })
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return { start, started, ends, settle }
}

describe('keyed turns', () => {
  it('run a limited number of works per key at the same time, and start the others in order', async () => {
    const { start, started, ends, settle } = rig(2)
    const works = ['a', 'b', 'c', 'd'].map((name) => start('key', name))
    expect(started).toEqual(['a', 'b'])
    ends.get('b')?.resolve()
    await settle()
    expect(started).toEqual(['a', 'b', 'c'])
    for (const name of ['a', 'c']) ends.get(name)?.resolve()
    await settle()
    ends.get('d')?.resolve()
    expect(await Promise.all(works)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('start work of another key at once', () => {
    const { start, started } = rig(1)
    void start('one', 'a')
    void start('one', 'b')
    void start('two', 'c')
    expect(started).toEqual(['a', 'c'])
  })

  it('pass the turn of a failed work to the next one', async () => {
    const { start, started, ends, settle } = rig(1)
    const failed = start('key', 'a')
    void start('key', 'b')
    ends.get('a')?.reject(new Error('failed'))
    await expect(failed).rejects.toThrow('failed')
    await settle()
    expect(started).toEqual(['a', 'b'])
  })
})
