import { describe, expect, it } from 'vitest'
import { streamEqualsStore } from '../../../support/checker/stream-equals-store.ts'
import { runIds } from '../../../support/load/run-ids.ts'
import { frameOf, madeTruth } from './made-run.ts'

const events = [{ created: [1, 2] }, { message: 1 }, { message: 2 }] as const
const truth = madeTruth(events)
const ids = runIds(7, 0)
const record = (index: number, seq = index + 1) => {
  const event = events[index]
  if (event === undefined) throw new Error('no such event')
  return { key: 'room', value: `{"v":1,${frameOf(event, 1, seq).slice(1)}` }
}
const user = { key: 'user', value: '{"v":1,"event":"create-user","body":{"user":{}}}' }

const said = (records: readonly { key: string; value: string }[]): string =>
  streamEqualsStore(records, truth, ids).examples.join('; ')

describe('The comparison of chat.events with the store', () => {
  it('accepts records of every event whose first appearances are in order', () => {
    expect(said([user, record(0), record(1), record(0), record(1), record(2)])).toBe('')
  })

  it('reports a missing event, at the end or before it', () => {
    expect(said([record(0), record(1)])).toContain('ends at 2 of 3')
    expect(said([record(0), record(2)])).toContain('3 after 1')
  })

  it('reports first appearances that are out of order', () => {
    expect(said([record(0), record(2), record(1)])).toContain('3 after 1')
  })

  it('reports a record that differs from the stored event', () => {
    expect(said([record(0), record(2, 2), record(2)])).toContain('2 differs from the stored event')
  })
})
