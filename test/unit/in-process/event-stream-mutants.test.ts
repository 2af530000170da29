import { describe, expect, it } from 'vitest'
import type { EventStream, StreamRecord } from '../../../shared/ports/event-stream.ts'
import type { OpenEventStream } from '../../contract/event-stream/suite.ts'
import { eventStreamPromises, eventStreamSuite } from '../../contract/event-stream/suite.ts'

type Change = (records: readonly StreamRecord[]) => readonly StreamRecord[]

/** A stream in memory that stores the records as `change` returns them. */
const memoryStream = (change: Change = (records) => records): OpenEventStream => {
  const kept: StreamRecord[] = []
  let isClosed = false
  const stream: EventStream = {
    publish: async (records) => {
      if (isClosed) throw new Error('the stream is closed')
      kept.push(...change(records))
    },
    close: async () => {
      isClosed = true
    },
  }
  return { stream, read: async () => kept, [Symbol.asyncDispose]: async () => {} }
}

const broken = (faults: Partial<EventStream>): OpenEventStream => {
  const opened = memoryStream()
  return { ...opened, stream: { ...opened.stream, ...faults } }
}

const mutants: { readonly [Promise in keyof typeof eventStreamPromises]: readonly OpenEventStream[] } = {
  'publishes key, value and headers unchanged': [
    memoryStream((records) => records.map((record) => ({ ...record, headers: {} }))),
    memoryStream((records) =>
      records.map((record) => ({ ...record, value: JSON.stringify(JSON.parse(record.value)).normalize('NFD') })),
    ),
  ],
  'keeps the records of each stream in the order published': [
    memoryStream((records) => records.toReversed()),
    memoryStream((records) => records.toSorted((one, other) => one.value.length - other.value.length).slice(1)),
  ],
  'accepts concurrent publishes of several streams, each completely': [memoryStream((records) => records.slice(0, 4))],
  'accepts a publish of several megabytes completely and in order': [
    memoryStream((records) => [...records.slice(100), ...records.slice(0, 100)]),
    broken({ publish: () => Promise.reject(new Error('too large')) }),
  ],
  'accepts a publish without records': [broken({ publish: () => Promise.reject(new Error('nothing')) })],
  'rejects a publish after it was closed': [broken({ close: async () => {} })],
}

const cases = Object.entries(mutants).flatMap(([name, ways]) => ways.map((opened, index) => ({ name, way: index + 1, opened })))

describe('the contract of the EventStream', () => {
  it.each(cases)('detects an adapter that breaks the promise: $name ($way)', async ({ name, opened }) => {
    const keeps = eventStreamPromises[name as keyof typeof eventStreamPromises]
    await expect(keeps(opened)).rejects.toThrow()
  })
})

eventStreamSuite('in memory', async () => memoryStream())
