import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../../../services/gateway/requests/attempts.ts'
import { createProduce } from '../../../../services/gateway/requests/produce.ts'
import type { CommandLog, NewRecord } from '../../../../shared/ports/command-log.ts'
import { PublishError } from '../../../../shared/ports/command-log.ts'
import { defaultBounds } from '../../../../shared/runtime/config/bounds.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const record = (value: string): NewRecord => ({ key: 'room', value, headers: {} })

type PublishFateOrOk = 'ok' | 'refused' | 'unknown'

/** A log whose first publishes end as scripted, one word each; later ones succeed. Values that begin with `large` are too large. */
const rig = (script: PublishFateOrOk[], bounds = defaultBounds, maxBatchDelayMs = 0) => {
  const clock = virtualClock(seededRandom(1))
  const published: string[][] = []
  const log: CommandLog = {
    publish: async (records) => {
      published.push(records.map(({ value }) => value))
      await clock.sleep(10)
      const fate = script.shift() ?? 'ok'
      const tooLarge = new Set(records.filter(({ value }) => value.startsWith('large')))
      if (fate !== 'ok') throw new PublishError(fate, 'scripted')
      if (tooLarge.size > 0) throw new PublishError('too_large', 'scripted', { tooLarge })
    },
    consume: () => Promise.reject(new Error('not here')),
    deadLetter: () => Promise.reject(new Error('not here')),
    close: async () => undefined,
  }
  const fates: string[] = []
  const stages: string[] = []
  const produce = createProduce(log, clock, bounds, {
    retryMs: 50,
    maxBatchDelayMs,
    onStage: (stage, ageSeconds) => void stages.push(`${stage} after ${Math.round(ageSeconds * 1_000)}`),
  })
  const send = (value: string, attempt: Attempt = { room: 'room', isRefused: false, after: undefined }): void => {
    produce(record(value), clock.nowMs(), attempt).then(
      () => fates.push(`${value} ok`),
      (error: PublishError) => fates.push(`${value} ${error.kind}`),
    )
  }
  return { clock, published, fates, stages, send }
}

describe('Producing commands', () => {
  it('sends at once when idle, and collects records while busy', async () => {
    const { clock, published, send } = rig([])
    for (const value of ['a', 'b', 'c']) send(value)
    expect(published).toEqual([['a']])
    await clock.run(100)
    expect(published).toEqual([['a'], ['b', 'c']])
  })

  it('reports the age of each record when it is handed to the driver and when the log has acknowledged it', async () => {
    const { clock, stages, send } = rig([])
    for (const value of ['a', 'b']) send(value)
    await clock.run(100)
    expect(stages).toEqual(['handed after 0', 'acknowledged after 10', 'handed after 10', 'acknowledged after 20'])
  })

  it('pauses after a publish to collect records if another command is expected in the pause', async () => {
    const { clock, published, send } = rig([], defaultBounds, 20)
    send('first')
    const many = Array.from({ length: 20 }, (_, index) => `${index}`)
    for (const value of many) send(value)
    await clock.run(19)
    expect(published).toEqual([['first'], many])
    send('a')
    // The second publish takes until 20, and the pause until 40.
    await clock.run(19)
    send('b')
    expect(published).toHaveLength(2)
    await clock.run(5)
    expect(published).toEqual([['first'], many, ['a', 'b']])
  })

  it('does not pause if no other command is expected', async () => {
    const { clock, published, send } = rig([], defaultBounds, 20)
    send('a')
    await clock.run(15)
    send('b')
    expect(published).toEqual([['a'], ['b']])
  })

  it('repeats a batch with an unknown result before any other, until it is acknowledged', async () => {
    const { clock, published, fates, send } = rig(['unknown', 'refused', 'ok'])
    for (const value of ['a', 'b']) send(value)
    await clock.run(1_000)
    expect(published).toEqual([['a'], ['a'], ['a'], ['b']])
    expect(fates).toEqual(['a ok', 'b ok'])
  })

  it('rejects at once after a certain refusal, and continues', async () => {
    const { clock, published, fates, send } = rig(['refused'])
    for (const value of ['a', 'b']) send(value)
    await clock.run(1_000)
    expect(published).toEqual([['a'], ['b']])
    expect(fates).toEqual(['a refused', 'b ok'])
  })

  it('refuses what requires a refused record, also in batches that are sent later', async () => {
    const { clock, published, fates, send } = rig(['refused'], { ...defaultBounds, produceBatchRecords: 2 })
    const a: Attempt = { room: 'room', isRefused: false, after: undefined }
    const b: Attempt = { room: 'room', isRefused: false, after: a }
    const c: Attempt = { room: 'room', isRefused: false, after: b }
    send('a', a)
    send('b', b)
    send('other')
    send('c', c)
    await clock.run(1_000)
    expect(published).toEqual([['a'], ['other']])
    expect(fates.sort()).toEqual(['a refused', 'b refused', 'c refused', 'other ok'])
    expect([a, b, c].every(({ isRefused }) => isRefused)).toBe(true)
  })

  it('sends what requires a record that the log accepts or finds too large', async () => {
    const { clock, fates, send } = rig([])
    const large: Attempt = { room: 'room', isRefused: false, after: undefined }
    const b: Attempt = { room: 'room', isRefused: false, after: large }
    send('first')
    send('large', large)
    send('b', b)
    send('c', { room: 'room', isRefused: false, after: b })
    await clock.run(1_000)
    expect(fates).toEqual(['first ok', 'large too_large', 'b ok', 'c ok'])
  })

  it('refuses what requires a record that the full buffer refused', async () => {
    const { clock, fates, send } = rig([], { ...defaultBounds, produceBufferBytes: 12 })
    const long: Attempt = { room: 'room', isRefused: false, after: undefined }
    send('a')
    send('too long', long)
    send('b', { room: 'room', isRefused: false, after: long })
    await clock.run(1_000)
    expect(fates.sort()).toEqual(['a ok', 'b refused', 'too long refused'])
  })

  it('rejects only the record that is too large, without a retry, and hands over the others', async () => {
    const { clock, published, fates, send } = rig([])
    for (const value of ['first', 'small', 'large', 'other']) send(value)
    await clock.run(1_000)
    expect(published).toEqual([['first'], ['small', 'large', 'other']])
    expect(fates).toEqual(['first ok', 'small ok', 'large too_large', 'other ok'])
  })

  it('does not reject a record whose first publish had an unknown result', async () => {
    const { clock, published, fates, send } = rig(['unknown'])
    send('large')
    await clock.run(1_000)
    expect(published).toEqual([['large'], ['large']])
    expect(fates).toEqual(['large ok'])
  })

  it('refuses records above the bound of its buffer, and accepts records again below it', async () => {
    const { clock, fates, send } = rig([], { ...defaultBounds, produceBufferBytes: 12 })
    for (const value of ['abcd', 'efgh']) send(value)
    await clock.run(1_000)
    send('ijkl')
    await clock.run(1_000)
    expect(fates).toEqual(['efgh refused', 'abcd ok', 'ijkl ok'])
  })
})
