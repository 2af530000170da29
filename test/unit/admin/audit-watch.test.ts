import { describe, expect, it } from 'vitest'
import { canaryRooms } from '../../../services/admin/audit/canary.ts'
import { createSeqFilter } from '../../../services/admin/audit/seq-filter.ts'
import { passOver } from '../../../services/admin/audit/stream-pass.ts'
import { auditedWorld, record } from './audited-world.ts'

/** A world after a full round and two more rounds, in which the entry of a room with three events was dropped. */
const withDroppedRoom = async () => {
  const world = auditedWorld()
  await world.round(true)
  for (let seq = 1; seq <= 3; seq += 1) world.post('room')
  await world.round()
  await world.round()
  return world
}

describe('An audit in watch mode', () => {
  it('keeps entries only for the streams that have changed since the last round', async () => {
    const world = auditedWorld()
    await world.round(true)
    for (let round = 0; round < 50; round += 1) {
      for (let room = 0; room < 20; room += 1) for (let seq = 0; seq < 3; seq += 1) world.post(`room ${round} ${room}`)
      expect(world.tally.kept).toBe(20)
      expect((await world.round()).found).toEqual([])
      expect(world.tally.kept).toBe(0)
    }
    expect(world.walked.slice(1).map((streams) => streams.length)).toEqual(Array(50).fill(20))
  })

  it('accepts streams that continue after their entries were dropped, and repeated records', async () => {
    const world = await withDroppedRoom()
    world.post('room')
    world.publish(record('room', 2), record('room', 3), record('room', 4))
    expect((await world.round()).found).toEqual([])
    world.publish(record('room', 3), record('room', 4))
    expect((await world.round()).found).toEqual([])
  })

  it('accepts the first record of a stream whose earlier events were stored before the audit started', async () => {
    const world = auditedWorld()
    for (let seq = 1; seq <= 3; seq += 1) world.store('room')
    world.topic.push(record('room', 1), record('room', 2), record('room', 3))
    expect((await world.round(true)).found).toEqual([])
    world.post('room')
    expect((await world.round()).found).toEqual([])
  })

  it.each([1, 5])('finds a gap that begins after the entry was dropped, %s rounds after the lost event', async (rounds) => {
    const world = await withDroppedRoom()
    world.store('room')
    for (let round = 1; round < rounds; round += 1) expect((await world.round()).found).toEqual([])
    world.post('room')
    expect((await world.round()).found).toEqual(['missing: room: seq 5 without seq 4 before it'])
    world.publish(record('room', 5))
    expect((await world.round()).found).toEqual([])
  })

  it('accepts records that continue a stream across a full round, and still finds a gap across it', async () => {
    const world = await withDroppedRoom()
    world.post('other')
    expect((await world.round()).found).toEqual([])
    world.store('other')
    expect((await world.round(true)).found).toEqual(['missing: other: ends at 1 of 2'])
    world.post('room')
    world.post('other')
    expect((await world.round()).found).toEqual(['missing: other: seq 3 without seq 2 before it'])
  })

  it('finds a gap after two full rounds, whose filters replace the old ones', async () => {
    const world = await withDroppedRoom()
    for (const _ of [1, 2, 3]) expect((await world.round(true)).found).toEqual([])
    world.post('room')
    expect((await world.round()).found).toEqual([])
    world.store('room')
    world.post('room')
    expect((await world.round()).found).toEqual(['missing: room: seq 6 without seq 5 before it'])
  })

  it('finds records out of order within a round and across rounds', async () => {
    const world = await withDroppedRoom()
    world.store('room', 3)
    world.publish(record('room', 5), record('room', 4), record('room', 6))
    world.store('other', 3)
    world.publish(record('other', 1), record('other', 3), record('other', 2))
    expect((await world.round()).found).toEqual([
      'missing: room: seq 5 without seq 4 before it',
      'missing: other: seq 3 follows seq 1',
    ])
  })

  it('finds an event that was stored but not published while its stream changed', async () => {
    const world = await withDroppedRoom()
    world.post('room')
    world.store('room')
    expect((await world.round()).found).toEqual(['missing: room: ends at 4 of 5'])
  })

  it('finds records of events that the store does not have', async () => {
    const world = await withDroppedRoom()
    world.publish(record('room', 4), record('unknown', 1))
    expect((await world.round()).found).toEqual([
      'different: room: last seq 4, but the store ends at 3',
      'different: unknown: last seq 1, but the store ends at 0',
    ])
  })

  it('reports a record that is not an event once', async () => {
    const world = await withDroppedRoom()
    world.publish({ key: 'room', value: 'hello' })
    expect((await world.round()).found).toEqual(['different: room: a record that is not an event'])
    expect((await world.round()).found).toEqual([])
  })

  it('checks the streams of a failed round in the next full round', async () => {
    const world = await withDroppedRoom()
    world.store('room')
    world.tally.takeWindow()
    expect((await world.round(true)).found).toEqual(['missing: room: ends at 3 of 4'])
  })
})

describe('A full round of an audit in watch mode', () => {
  it('finds an event that was stored but not published in a stream that has not changed since', async () => {
    const world = await withDroppedRoom()
    world.store('room')
    expect((await world.round()).found).toEqual([])
    expect((await world.round(true)).found).toEqual(['missing: room: ends at 3 of 4'])
  })

  it('finds records that the event stream has lost, although the audit has seen them', async () => {
    const world = await withDroppedRoom()
    world.post('gone')
    expect((await world.round()).found).toEqual([])
    world.topic.splice(1, 1)
    world.topic.pop()
    expect((await world.round(true)).found).toEqual(['missing: room: seq 3 follows seq 1', 'missing: gone: ends at 0 of 1'])
  })

  it('reads the event stream once per slice of the store and finds the faults of every slice', async () => {
    const world = auditedWorld(10)
    for (let room = 0; room < 95; room += 1) for (let seq = 0; seq < 2; seq += 1) world.post(`room ${room}`)
    world.store('room 5')
    world.store('room 94')
    world.publish({ key: 'nobody', value: 'hello' })
    world.tally.takeFindings()
    await world.round()
    world.post('room 1')
    const { found, records } = await world.round(true)
    expect(world.reads()).toBe(10)
    expect(records).toBe(192)
    expect(found).toEqual([
      'different: nobody: a record that is not an event',
      'missing: room 5: ends at 2 of 3',
      'missing: room 94: ends at 2 of 3',
    ])
  })

  it.each([1_000, 1, 2])(
    'finds records of events that the store lacks, published before the audit started (%s streams in a pass)',
    async (streamsPerPass) => {
      const world = auditedWorld(streamsPerPass)
      world.store('room', 2)
      world.store('whole', 2)
      for (const seq of [1, 2, 3]) world.topic.push(record('room', seq))
      world.topic.push(record('whole', 1), record('whole', 2), record('lost', 1), record('lost', 2))
      const found = [
        'different: room: last seq 3, but the store ends at 2',
        'different: lost: last seq 2, but the store ends at 0',
      ]
      expect((await world.round(true)).found).toEqual(found)
      expect((await world.round(true)).found).toEqual(found)
    },
  )

  it('accepts events that are stored and published while it reads the event stream', async () => {
    const world = auditedWorld(1)
    world.post('a')
    world.post('b')
    let reads = 0
    world.onRead(() => {
      reads += 1
      world.post('a')
      world.post('b')
      world.post(`new ${reads}`)
    })
    expect((await world.round(true)).found).toEqual([])
    expect(reads).toBe(3)
  })

  it('accepts records of canary rooms, which `admin prune` deletes from the store', async () => {
    const world = auditedWorld()
    const ports = { partitions: 4, partitionOf: (key: string): number => Number.parseInt(key.slice(0, 4), 16) % 4 }
    for (const room of (await canaryRooms(ports, 'salt', async () => false)).values()) world.topic.push(record(room, 1))
    expect((await world.round(true)).found).toEqual([])
    const room = '00000000-0000-7000-8000-000000000001'
    world.topic.push(record(room, 1))
    expect((await world.round(true)).found).toEqual([`different: ${room}: last seq 1, but the store ends at 0`])
  })

  it.each([true, false])(
    'keeps one number per stream of the slice, regardless of the size of the event stream (first pass: %s)',
    async (isFirst) => {
      const readEvents = async (onRecord: (each: { key: string; value: string }) => void): Promise<void> => {
        for (let room = 0; room < 5_000; room += 1) onRecord(record(`room ${room}`, 1))
      }
      const pass = await passOver(readEvents, new Map([['room 7', 1]]), { isFirst, isUnknown: () => false })
      expect([...pass.lastOf]).toEqual([['room 7', 1]])
      expect(pass.records).toBe(5_000)
    },
  )
})

describe('The filter of seen seqs', () => {
  it('reports every pair that was added, and few others', () => {
    const filter = createSeqFilter()
    const [streams, seqs] = [200, 500]
    for (let stream = 0; stream < streams; stream += 1)
      for (let seq = 1; seq <= seqs; seq += 1) filter.add(`stream ${stream}`, seq)
    let [denied, claimed] = [0, 0]
    for (let stream = 0; stream < streams; stream += 1)
      for (let seq = 1; seq <= seqs; seq += 1) {
        if (!filter.has(`stream ${stream}`, seq)) denied += 1
        if (filter.has(`stream ${stream}`, seqs + seq)) claimed += 1
      }
    expect(denied).toBe(0)
    expect(claimed).toBeLessThan(10)
  })
})
