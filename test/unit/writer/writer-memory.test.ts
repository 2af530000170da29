import { describe, expect, it } from 'vitest'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { add, ann, bob, cleo, createChat, post, remove, room, stranger, uuid } from '../domain/chat-fixtures.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { createUser, withUsers } from './users.ts'
import type { WriterRig } from './writer-rig.ts'
import { messagesOf, recordOf, writerRig } from './writer-rig.ts'

const rigWithRoom = async (options: Parameters<typeof writerRig>[0] = {}): Promise<WriterRig> => {
  const rig = await withUsers(await writerRig(options))
  await rig.send(createChat(ann, [bob]))
  rig.clear()
  return rig
}

describe('A batch whose rooms and users are in the room memory', () => {
  it('takes one round trip: an append without a read', async () => {
    const rig = await rigWithRoom()
    await rig.send(post(ann, 'one'), post(bob, 'two'))
    await rig.send(post(ann, 'three'), remove(ann, [bob]))
    expect(rig.calls).toEqual(['append', 'append'])
    expect(messagesOf(rig)).toEqual(['one', 'two', 'three'])
  })

  it('is decided from the memberships that earlier batches have changed', async () => {
    const rig = await rigWithRoom()
    await rig.send(remove(ann, [bob]))
    await rig.send(post(bob, 'no longer a member'))
    await rig.send(add(ann, [bob]))
    await rig.send(post(bob, 'a member again'))
    expect(messagesOf(rig)).toEqual(['a member again'])
    expect(rig.outcomeLines()).toMatchObject([{ error: { code: 'forbidden' } }])
  })

  it('records a rejection in one round trip', async () => {
    const rig = await rigWithRoom()
    await rig.send(post(stranger, 'reads once'))
    rig.clear()
    const refused = post(stranger)
    await rig.send(refused)
    expect(rig.calls).toEqual(['append'])
    await rig.send(refused)
    expect(rig.outcomeLines().map(({ error }) => error?.code)).toEqual(['forbidden', 'forbidden'])
  })
})

describe('A batch whose rooms or users are not in the room memory', () => {
  it('reads the rooms that it needs in one read', async () => {
    const rig = await rigWithRoom()
    const other = uuid(1, 2)
    await rig.send(post(ann, 'here'), createChat(bob, [], { room: other }), post(bob, 'there', { room: other }))
    expect(rig.calls).toEqual(['read', 'append'])
    expect(messagesOf(rig)).toEqual(['here', 'there'])
  })

  it('reads a room again for a user of unknown membership, and keeps the memberships of the others', async () => {
    const rig = await rigWithRoom()
    await rig.send(add(ann, [cleo]))
    await rig.send(post(cleo, 'one'), post(bob, 'two'))
    expect(rig.calls).toEqual(['read', 'append', 'append'])
  })

  it('reads whether a user exists for each create-user', async () => {
    const rig = await rigWithRoom()
    await rig.send(createUser(4))
    await rig.send(createUser(4, { id: uuid(4, 4) }))
    expect(rig.calls).toEqual(['read', 'append', 'read'])
    expect(rig.counted.filter((what) => what === 'user')).toHaveLength(1)
  })
})

describe('A command that is delivered again', () => {
  it('is detected by the append in a remembered room, and its recorded outcome is published again', async () => {
    const rig = await rigWithRoom()
    const record = recordOf(post(ann, 'once'))
    await rig.deliver([record])
    rig.clear()
    await rig.deliver([record])
    expect(rig.calls).toEqual(['append', 'read'])
    expect(messagesOf(rig)).toEqual(['once'])
    expect(rig.roomPublications().map(({ events }) => events.map(({ seq }) => seq))).toEqual([[2]])
    expect(rig.streamed).toHaveLength(1)
  })

  it('has its first outcome, even if the decision would be different now', async () => {
    const rig = await rigWithRoom()
    const [sent, refused] = [post(bob, 'in time'), post(cleo, 'too early')]
    await rig.send(sent, refused)
    await rig.send(remove(ann, [bob]), add(ann, [cleo]))
    rig.clear()
    await rig.send(sent)
    await rig.send(refused)
    expect(rig.outcomeLines()).toMatchObject([
      { command: sent.id, seq: 2 },
      { command: refused.id, error: { code: 'forbidden' } },
    ])
    expect(messagesOf(rig)).toEqual(['in time'])
  })
})

describe('The room memory', () => {
  it('evicts the least recently used room, which is read again', async () => {
    const rig = await withUsers(await writerRig({ bounds: { writerMemoryEntries: 5 } }))
    const rooms = [uuid(1, 1), uuid(1, 2), uuid(1, 3)] as const
    for (const room of rooms) await rig.send(createChat(ann, [], { room }))
    rig.clear()
    await rig.send(post(ann, 'remembered', { room: rooms[2] }))
    await rig.send(post(ann, 'dropped', { room: rooms[0] }))
    expect(rig.calls).toEqual(['append', 'read', 'append'])
  })

  it('does not prevent the decision of a batch with more rooms than it can hold', async () => {
    const rig = await withUsers(await writerRig({ bounds: { writerMemoryEntries: 1 } }))
    const rooms = [uuid(1, 1), uuid(1, 2), uuid(1, 3)]
    await rig.send(...rooms.map((room) => createChat(ann, [bob], { room })), ...rooms.map((room) => post(bob, 'x', { room })))
    expect(messagesOf(rig)).toEqual(['x', 'x', 'x'])
  })

  it('has a default size that holds the largest room', () => {
    expect(defaultBounds.writerMemoryEntries).toBeGreaterThan(10_000)
  })
})

describe('A loss of the store connection', () => {
  it('clears the room memory and rewinds consuming to the acknowledged offsets', async () => {
    const rig = await rigWithRoom()
    rig.memory.store.breakConnections()
    await expect.poll(rig.rewinds).toBe(1)
    await rig.send(post(ann, 'afterwards'))
    expect(rig.calls).toEqual(['open', 'read', 'append'])
    expect(messagesOf(rig)).toEqual(['afterwards'])
  })

  it('abandons the batch in hand: the rest of it is never committed over the next connection', async () => {
    const rig = await rigWithRoom({ bounds: { writerBatchRecords: 1 } })
    const heartbeat = async () => {
      rig.memory.store.breakConnections()
      await expect.poll(rig.rewinds).toBe(1)
    }
    const batch = [recordOf(post(ann, 'one')), recordOf(post(ann, 'two'))]
    await expect(rig.deliver(batch, { heartbeat })).rejects.toMatchObject({ name: 'ConnectionLostError' })
    expect(messagesOf(rig)).toEqual(['one'])
    await rig.deliver(batch)
    expect(messagesOf(rig)).toEqual(['one', 'two'])
  })

  it('during an append leaves its result unknown, and the redelivered batch is stored once', async () => {
    const memory = memoryStore({ pause: async (point) => breakOnce(point) })
    const points = ['after-commit']
    const breakOnce = (point: string) => {
      if (memory.events().length < 5 || points[0] !== point) return
      points.shift()
      memory.store.breakConnections()
    }
    const rig = await rigWithRoom({ memory })
    const batch = [recordOf(post(ann, 'once'))]
    await expect(rig.deliver(batch)).rejects.toMatchObject({ name: 'ConnectionLostError' })
    await rig.deliver(batch)
    expect(messagesOf(rig)).toEqual(['once'])
    expect(rig.rewinds()).toBe(1)
  })

  it('that is caused by stop rewinds nothing', async () => {
    const rig = await rigWithRoom()
    await rig.writer.stop()
    await new Promise((resolve) => setImmediate(resolve))
    expect([rig.stops(), rig.rewinds()]).toEqual([1, 0])
    await expect(rig.send(post(ann))).rejects.toMatchObject({ name: 'ConnectionLostError' })
  })
})

it('A room is decided from the committed batches, not from the decisions of a failed attempt', async () => {
  const rig = await rigWithRoom()
  rig.faults.store.next.push(new Error('an adapter fails'))
  await rig.send(post(ann, 'one'), remove(ann, [bob]))
  await rig.send(post(bob, 'no longer a member'), post(ann, 'two'))
  expect(messagesOf(rig)).toEqual(['one', 'two'])
  expect(
    rig.memory
      .events()
      .filter(({ stream }) => stream === room)
      .map(({ seq }) => seq),
  ).toEqual([1, 2, 3, 4])
})
