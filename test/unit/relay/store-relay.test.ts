import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startStoreRelay } from '../../../services/relay/store-relay.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { relayPositionsSuite } from '../../contract/relay-positions/suite.ts'
import { append, chatCreated, fillRoom, messagePosted, userCreated } from '../../contract/stored-chat.ts'
import { until } from '../../support/poll.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { memoryRelayPositions } from './memory-relay-positions.ts'
import type { RecordingSink } from './recording-sink.ts'
import { recordingSink, seqsOf } from './recording-sink.ts'

const times = { retryFirstMs: 1, retryMostMs: 5 }

const openStore = () => {
  const { store, events } = memoryStore()
  const heads = () =>
    new Map(events().flatMap(({ stream, seq, type }) => (type === 'UserCreated' ? [] : [[stream, seq] as const])))
  return { store, positions: memoryRelayPositions(heads) }
}

relayPositionsSuite('in memory', async () => ({ ...openStore(), [Symbol.asyncDispose]: async () => {} }))

const start = ({ store, positions }: ReturnType<typeof openStore>, sink: RecordingSink) =>
  startStoreRelay({ sink, eventStore: store, positions, clock: systemClock, times, log: recordingLog() })

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1)

const published = (key: string) => [{ key, value: '', headers: {} }]

describe('the relay of a store', () => {
  it('delivers every event of the rooms that it finds at its start, in order and over several pages', async () => {
    const opened = openStore()
    const rooms = [await fillRoom(opened.store, [randomUUID()], 250)]
    for (let count = 0; count < 20; count += 1) rooms.push(await fillRoom(opened.store, [randomUUID()], 3))
    const sink = recordingSink()
    const relay = start(opened, sink)
    await until('all events', () => sink.events.length >= 251 + 20 * 4)
    await relay.stop()
    expect(seqsOf(sink.events, rooms[0] ?? '')).toEqual(upTo(251))
    for (const room of rooms.slice(1)) expect(seqsOf(sink.events, room)).toEqual(upTo(4))
    expect(sink.events[0]).toMatchObject({ seq: 1, event: 'create-chat', body: expect.stringContaining('"chat":') })
  })

  it('delivers the events of the rooms that the writer names, and none of users', async () => {
    const opened = openStore()
    const sink = recordingSink()
    const relay = start(opened, sink)
    const [room, ann] = [randomUUID(), randomUUID()]
    await append(opened.store, userCreated(ann, 'ann'))
    await append(opened.store, chatCreated(room, [ann]))
    await relay.eventStream.publish([...published(ann), ...published(room)])
    await until('the chat', () => sink.events.length === 1)
    await append(opened.store, messagePosted(room, 2, ann))
    await relay.eventStream.publish(published(room))
    await until('the message', () => sink.events.length === 2)
    await relay.stop()
    expect(sink.events.map(({ event }) => event)).toEqual(['create-chat', 'new-message'])
  })

  it('delivers the rooms of an earlier time between the events of rooms that always have new ones', async () => {
    const opened = openStore()
    const old: string[] = []
    for (let count = 0; count < 20; count += 1) old.push(await fillRoom(opened.store, [randomUUID()], 2))
    const busy = Array.from({ length: 10 }, () => randomUUID())
    const ended = Promise.withResolvers<void>()
    const relays: ReturnType<typeof start>[] = []
    // Each of the first calls of the sink is followed by a new event in every busy room.
    const sink = recordingSink(async () => {
      await setImmediate()
      const seq = sink.calls.length
      if (seq > 50) return ended.resolve()
      for (const room of busy)
        await append(opened.store, seq === 1 ? chatCreated(room, [randomUUID()]) : messagePosted(room, seq, randomUUID()))
      await relays[0]?.eventStream.publish(busy.flatMap(published))
    })
    relays.push(start(opened, sink))
    await ended.promise
    for (const room of old) expect(seqsOf(sink.events, room)).toEqual(upTo(3))
    await relays[0]?.stop()
  })

  it('reads the events of a busy room once, and its position only the first time', async () => {
    const opened = openStore()
    const room = await fillRoom(opened.store, [randomUUID()], 0)
    let reads = 0
    let found = 0
    const counting = {
      store: {
        ...opened.store,
        readPages: (requests: Parameters<typeof opened.store.readPages>[0]) => {
          reads += 1
          return opened.store.readPages(requests)
        },
      },
      positions: {
        ...opened.positions,
        of: (sink: string, rooms: readonly string[]) => {
          found += 1
          return opened.positions.of(sink, rooms)
        },
      },
    }
    const sink = recordingSink()
    const relay = start(counting, sink)
    await until('the first event', () => sink.events.length === 1)
    for (let seq = 2; seq <= 5; seq += 1) {
      await append(opened.store, messagePosted(room, seq, randomUUID()))
      await relay.eventStream.publish(published(room))
      await until('the event', () => sink.events.length === seq)
    }
    await relay.stop()
    expect(found).toBe(0)
    // One for each event, and up to two for the search for further rooms at the start.
    expect(reads).toBeLessThanOrEqual(7)
  })

  it('continues after a restart with the events that the sink does not have', async () => {
    const opened = openStore()
    const room = await fillRoom(opened.store, [randomUUID()], 4)
    const sink = recordingSink()
    const first = start(opened, sink)
    await until('the first events', () => sink.events.length === 5)
    await first.stop()
    await append(opened.store, messagePosted(room, 6, randomUUID()))
    const second = start(opened, sink)
    await until('the last event', () => sink.events.length >= 6)
    await second.stop()
    expect(seqsOf(sink.events, room)).toEqual(upTo(6))
  })

  it('stores no position while the sink fails, and ends while it fails', async () => {
    const opened = openStore()
    const room = await fillRoom(opened.store, [randomUUID()], 4)
    const down = recordingSink(() => Promise.reject(new Error('down')))
    const first = start(opened, down)
    await until('an attempt', () => down.calls.length > 1)
    await first.stop()
    const sink = recordingSink()
    const second = start(opened, sink)
    await until('all events', () => sink.events.length >= 5)
    await second.stop()
    expect(seqsOf(sink.events, room)).toEqual(upTo(5))
  })
})
