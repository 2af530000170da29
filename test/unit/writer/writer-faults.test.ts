import { describe, expect, it } from 'vitest'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { ann, bob, createChat, post, room } from '../domain/chat-fixtures.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { createUser, withUsers } from './users.ts'
import { messagesOf, recordOf, writerRig } from './writer-rig.ts'

const rigWithUsers = async () => withUsers(await writerRig())
const unavailable = () => new StoreError('unavailable', 'the server is starting up')
const times = (count: number, error: () => Error) => Array.from({ length: count }, error)

describe('A crash between commit and publication', () => {
  it('is repaired by the redelivery, which publishes every event again and stores nothing again', async () => {
    const memory = memoryStore()
    const [chat, one, refused, two] = [createChat(ann, []), post(ann, 'one'), post(bob), post(ann, 'two')]
    const batch = [chat, one, refused, two].map((command) => recordOf(command))
    const crashing = await withUsers(await writerRig({ memory, store: crashAfterCommit }))
    const lost = new Error('partition lost')
    await expect(crashing.deliver(batch, { heartbeat: () => Promise.reject(lost) })).rejects.toBe(lost)
    expect(crashing.published).toEqual([])
    const before = memory.events()
    expect(before.filter(({ stream }) => stream === room)).toHaveLength(3)

    const next = await writerRig({ memory })
    await next.deliver(batch)
    expect(memory.events()).toEqual(before)
    expect(next.roomPublications().map(({ events }) => events.map(({ seq }) => seq))).toEqual([[1, 2, 3]])
    expect(next.outcomeLines().map(({ command }) => command)).toEqual([chat.id, one.id, refused.id, two.id])
    expect(next.streamed.map(({ key }) => key)).toEqual([room, room, room])
    expect(next.published.map(({ channel }) => channel)).toContain(`user:${ann}`)
  })

  it('is repaired for a create-user too, which is published to the event stream again', async () => {
    const memory = memoryStore()
    const record = recordOf(createUser(1))
    await (await writerRig({ memory })).deliver([record])
    const next = await writerRig({ memory })
    await next.deliver([record])
    expect(next.streamed.map(({ key }) => key)).toEqual([ann])
    expect(next.outcomeLines().map(({ body }) => JSON.parse(body ?? '').user.id)).toEqual([ann])
    expect(memory.events()).toHaveLength(1)
  })
})

/** A store that commits the appends of the room and then fails without an answer. */
const crashAfterCommit = (store: EventStore): EventStore => ({
  ...store,
  openAppender: async () => {
    const appender = await store.openAppender()
    return {
      ...appender,
      append: async (batch) => {
        const result = await appender.append(batch)
        if (batch.heads.has(room)) throw unavailable()
        return result
      },
    }
  },
})

describe('An unavailable event store', () => {
  it('delays the batch, with growing pauses and heartbeats, until the store is available', async () => {
    const rig = await rigWithUsers()
    rig.faults.store.next.push(...times(8, unavailable))
    await rig.send(createChat(ann, []), post(ann, 'patience'))
    expect(messagesOf(rig)).toEqual(['patience'])
    expect(rig.waits).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000])
    expect(Math.max(...rig.waits)).toBe(defaultTimes.retryMostMs)
    expect(rig.heartbeats()).toBe(16)
    expect(rig.deadLettered).toEqual([])
  })

  it('is shown in readiness while it lasts', async () => {
    const rig = await rigWithUsers()
    rig.faults.store.next.push(unavailable())
    const seen: unknown[] = []
    const heartbeat = async () => void seen.push(rig.writer.readiness().waiting)
    await rig.deliver([recordOf(createChat(ann, []))], { heartbeat })
    expect(seen[0]).toEqual({ eventStore: [3] })
    expect(rig.writer.readiness()).toEqual({ isConsuming: true, fanOut: 'up', lag: 7, waiting: {} })
  })

  it('stores a batch once, also if the connection breaks after the commit and the batch is decided again', async () => {
    const memory = memoryStore({ pause: async (point) => cutOnce(point) })
    const cuts = ['after-commit']
    const cutOnce = (point: string) => {
      if (memory.events().length < 4 || cuts[0] !== point) return
      cuts.shift()
      throw unavailable()
    }
    const rig = await withUsers(await writerRig({ memory }))
    await rig.send(createChat(ann, []), post(ann, 'once'))
    expect(cuts).toEqual([])
    expect(messagesOf(rig)).toEqual(['once'])
    expect(rig.roomPublications().map(({ events }) => events.map(({ seq }) => seq))).toEqual([[1, 2]])
  })

  it('makes the handler abandon the batch when consuming stops, so that it is delivered again', async () => {
    const rig = await rigWithUsers()
    rig.faults.store.next.push(...times(1_000, unavailable))
    const stopping = new AbortController()
    const heartbeat = async () => {
      if (rig.waits.length === 3) stopping.abort(new Error('stopping'))
    }
    await expect(rig.deliver([recordOf(createChat(ann, []))], { signal: stopping.signal, heartbeat })).rejects.toThrow('stopping')
    expect(rig.published).toEqual([])
    expect(rig.writer.readiness().waiting).toEqual({})
  })

  it('makes the handler throw the error of a heartbeat that reports the loss of the partition', async () => {
    const rig = await rigWithUsers()
    rig.faults.store.next.push(unavailable())
    const lost = new Error('rebalancing')
    await expect(rig.deliver([recordOf(createChat(ann, []))], { heartbeat: () => Promise.reject(lost) })).rejects.toBe(lost)
  })

  it('delays the batch also if the error is of an unknown kind', async () => {
    const rig = await rigWithUsers()
    rig.faults.store.next.push(new TypeError('an adapter fails'))
    await rig.send(createChat(ann, []))
    expect(rig.memory.events().at(-1)).toMatchObject({ stream: room, seq: 1 })
    expect(rig.deadLettered).toEqual([])
  })
})

describe('An event stream that is unavailable', () => {
  it('keeps the batch unacknowledged until the same records are published', async () => {
    const rig = await rigWithUsers()
    rig.faults.stream.next.push(...times(4, () => new Error('no leader')))
    await rig.deliver([recordOf(createChat(ann, [])), recordOf(post(ann))])
    expect(rig.roomPublications()).toHaveLength(1)
    expect(rig.streamed.map(({ key }) => key)).toEqual([room, room])
    expect(rig.counted.filter((what) => what === 'retry: event-stream')).toHaveLength(4)
    expect(rig.waits).toEqual([50, 100, 200, 400])
    expect(rig.writer.readiness().waiting).toEqual({})
  })

  it('does not delay the decisions of the next batch of the partition', async () => {
    const rig = await rigWithUsers()
    rig.faults.stream.next.push(...times(1_000, () => new Error('no leader')))
    const { done } = await rig.handle([recordOf(createChat(ann, []))])
    await rig.handle([recordOf(post(ann, 'decided'))])
    expect(messagesOf(rig)).toEqual(['decided'])
    expect(rig.streamed).toEqual([])
    rig.faults.stream.next.length = 0
    await done
  })

  it('makes the batch fail when consuming stops', async () => {
    const rig = await rigWithUsers()
    rig.faults.stream.next.push(...times(1_000, () => new Error('no leader')))
    const stopping = new AbortController()
    const delivered = rig.deliver([recordOf(createChat(ann, []))], { signal: stopping.signal })
    stopping.abort(new Error('stopping'))
    await expect(delivered).rejects.toThrow('stopping')
  })
})

describe('An unavailable fan-out', () => {
  it('delays nothing, and its publications are not retried', async () => {
    const rig = await rigWithUsers()
    rig.faults.fanOut.next.push(...times(2, () => new Error('down')))
    await rig.send(createChat(ann, []))
    await rig.send(post(ann, 'delivered by the sweep'))
    await rig.send(post(ann, 'published'))
    expect(messagesOf(rig)).toEqual(['delivered by the sweep', 'published'])
    expect(rig.roomPublications().map(({ events }) => events.map(({ seq }) => seq))).toEqual([[3]])
    expect(rig.streamed).toHaveLength(3)
    expect(rig.waits).toEqual([])
    expect(rig.counted.filter((what) => what === 'fan-out failure')).toHaveLength(2)
  })

  it('is logged at the first failure and at the recovery, not for every batch', async () => {
    const rig = await rigWithUsers()
    rig.faults.fanOut.next.push(...times(3, () => new Error('down')))
    await rig.send(createChat(ann, []))
    for (let turn = 0; turn < 4; turn += 1) await rig.send(post(ann))
    expect(rig.logged.map((line) => line.split(' {')[0])).toEqual([
      'fan-out unavailable, publications dropped',
      'fan-out available again',
    ])
  })
})

describe('A batch that exceeds the size of one append', () => {
  it('is decided in slices, in order, with heartbeats between them', async () => {
    const rig = await withUsers(await writerRig({ bounds: { writerBatchRecords: 3 } }))
    const messages = Array.from({ length: 7 }, (_, index) => post(ann, `message ${index}`))
    await rig.send(createChat(ann, []), ...messages)
    expect(messagesOf(rig)).toEqual(messages.map(({ body }) => body.msg))
    expect(rig.counted.filter((what) => what.startsWith('batch'))).toEqual(['batch of 3', 'batch of 3', 'batch of 2'])
    expect(rig.heartbeats()).toBe(2)
  })
})
