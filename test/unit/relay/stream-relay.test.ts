import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memoryCommandLog } from '../../../infra/in-process/memory-command-log.ts'
import { startStreamRelay } from '../../../services/relay/stream-relay.ts'
import type { NewRecord } from '../../../shared/ports/command-log.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { until } from '../../support/poll.ts'
import { recordingLog } from '../../support/recording-log.ts'
import type { RecordingSink } from './recording-sink.ts'
import { recordingSink, seqsOf } from './recording-sink.ts'

const times = { retryFirstMs: 1, retryMostMs: 5 }

const record = (room: string, seq: number, event = 'new-message'): NewRecord => ({
  key: room,
  value: `{"v":1,"event":"${event}","room":"${room}","seq":${seq},"body":{"msg":"message ${seq}"}}`,
  headers: {},
})

/** The in-memory log in the place of the event stream, with a relay to the sink. */
const relayTo = async (sink: RecordingSink) => {
  const log = recordingLog()
  const stream = memoryCommandLog({ log: recordingLog(), clock: systemClock, partitions: 3, retryMs: 1 })
  const start = () => startStreamRelay({ sink, consume: stream.consume, clock: systemClock, times, log })
  return { stream, start, log, [Symbol.asyncDispose]: stream.close }
}

describe('the relay of an event stream', () => {
  it('delivers name, room, seq and body of each event, in the order of each room', async () => {
    const sink = recordingSink()
    await using relay = await relayTo(sink)
    await relay.start()
    const rooms = [randomUUID(), randomUUID(), randomUUID()]
    for (let seq = 1; seq <= 20; seq += 1) await relay.stream.publish(rooms.map((room) => record(room, seq)))
    await until('all events', () => sink.events.length === 60)
    for (const room of rooms) expect(seqsOf(sink.events, room)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    expect(sink.events).toContainEqual({ room: rooms[0], seq: 7, event: 'new-message', body: '{"msg":"message 7"}' })
  })

  it('delivers the same events again after each failure of the sink, and no later event of the room before', async () => {
    let failures = 3
    const sink = recordingSink(async () => {
      failures -= 1
      if (failures >= 0) throw new Error('the sink is down')
    })
    await using relay = await relayTo(sink)
    const room = randomUUID()
    await relay.stream.publish([record(room, 1)])
    await relay.start()
    await until('the first attempt', () => sink.calls.length > 0)
    await relay.stream.publish([record(room, 2)])
    await until('both events', () => sink.events.length === 2)
    expect(seqsOf(sink.events, room)).toEqual([1, 2])
    expect(sink.calls.slice(0, 4).map((events) => seqsOf(events, room))).toEqual([[1], [1], [1], [1]])
    expect(relay.log.lines).toEqual([
      'the sink has failed, retrying {"sink":"test","reason":"Error"}',
      'the sink accepts events again {"sink":"test","failures":3}',
    ])
  })

  it('does not acknowledge events that the sink does not have: the next relay delivers them', async () => {
    let isDown = true
    const sink = recordingSink(async () => {
      if (isDown) throw new Error('the sink is down')
    })
    await using relay = await relayTo(sink)
    const first = await relay.start()
    const room = randomUUID()
    await relay.stream.publish([record(room, 1)])
    await until('an attempt', () => sink.calls.length > 0)
    await first.stop()
    expect(sink.events).toEqual([])
    isDown = false
    await relay.start()
    await until('the event', () => sink.events.length === 1)
  })

  it('leaves out events of users and records that are not events', async () => {
    const sink = recordingSink()
    await using relay = await relayTo(sink)
    await relay.start()
    const room = randomUUID()
    const broken = ['not JSON', '{"event":"new-message"}', '{"event":"new-message","room":"no id","seq":1,"body":{}}']
    await relay.stream.publish([
      ...['create-user', 'update-user', 'set-block'].map((name) => record(randomUUID(), 1, name)),
      ...broken.map((value) => ({ key: room, value, headers: {} })),
      record(room, 1),
    ])
    await until('the event', () => sink.events.length > 0)
    expect(sink.events).toEqual([{ room, seq: 1, event: 'new-message', body: '{"msg":"message 1"}' }])
    const leftOut = relay.log.lines.filter((line) => line.startsWith('a record of the event stream is not an event'))
    expect(leftOut).toHaveLength(broken.length)
  })
})
