import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { EventStream, StreamRecord } from '../../../shared/ports/event-stream.ts'

/** An isolated event stream under test. */
export interface OpenEventStream extends AsyncDisposable {
  readonly stream: EventStream
  /** Everything that was published, each stream's records in their order. */
  read(): Promise<readonly StreamRecord[]>
}

const event = (key: string, seq: number, msg = ''): StreamRecord => ({
  key,
  value: `{"v":1,"event":"new-message","room":"${key}","seq":${seq},"body":{"msg":"${msg}"}}`,
  headers: {},
})

const eventsOf = (key: string, count: number, msg?: string): readonly StreamRecord[] =>
  Array.from({ length: count }, (_, index) => event(key, index + 1, msg))

const of = (records: readonly StreamRecord[], wanted: string): readonly StreamRecord[] =>
  records.filter(({ key }) => key === wanted)

/** Every promise of the EventStream port that can be tested without faults. */
export const eventStreamPromises = {
  'publishes key, value and headers unchanged': async ({ stream, read }) => {
    const published = { ...event(randomUUID(), 1, 'é 😀 \u2028'), headers: { trace: '00-é' } }
    await stream.publish([published])
    expect(await read()).toEqual([published])
  },

  'keeps the records of each stream in the order published': async ({ stream, read }) => {
    const keys = [randomUUID(), randomUUID(), randomUUID()]
    for (let seq = 1; seq <= 10; seq += 2) {
      await stream.publish(keys.flatMap((key) => [event(key, seq), event(key, seq + 1)]))
    }
    const records = await read()
    for (const key of keys) expect(of(records, key)).toEqual(eventsOf(key, 10))
  },

  'accepts concurrent publishes of several streams, each completely': async ({ stream, read }) => {
    const keys = Array.from({ length: 20 }, () => randomUUID())
    await Promise.all(keys.map((key) => stream.publish(eventsOf(key, 5))))
    const records = await read()
    for (const key of keys) expect(of(records, key)).toEqual(eventsOf(key, 5))
  },

  'accepts a publish of several megabytes completely and in order': async ({ stream, read }) => {
    const published = eventsOf(randomUUID(), 300, 'm'.repeat(8_000))
    await stream.publish(published)
    expect(await read()).toEqual(published)
  },

  'accepts a publish without records': async ({ stream }) => {
    await expect(stream.publish([])).resolves.toBeUndefined()
  },

  'rejects a publish after it was closed': async ({ stream }) => {
    await stream.close()
    await expect(stream.publish([event(randomUUID(), 1)])).rejects.toThrow()
  },
} as const satisfies Record<string, (opened: OpenEventStream) => Promise<void>>

/** The contract of the EventStream port. `open` gives each test a stream of its own. */
export const eventStreamSuite = (name: string, open: () => Promise<OpenEventStream>): void => {
  describe(`EventStream: ${name}`, () => {
    it.each(Object.entries(eventStreamPromises))('%s', async (_, keeps) => {
      await using opened = await open()
      await keeps(opened)
    })
  })
}
