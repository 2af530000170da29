import { describe, expect, it } from 'vitest'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { memoryStore } from '../../support/memory-store/memory-store.ts'
import { ann, bob, createChat, room } from '../domain/chat-fixtures.ts'
import { withUsers } from './users.ts'
import { writerRig } from './writer-rig.ts'

describe('a lost race', () => {
  it('is decided again at once over what the other has stored', async () => {
    const memory = memoryStore()
    const rig = await withUsers(await writerRig({ memory, store: (store) => beatenOnce(store) }))
    const late = createChat(bob, [])
    await rig.send({ ...late, digest: 'bobs' })
    expect(memory.events().filter(({ stream }) => stream === room)).toHaveLength(1)
    expect(rig.toGateway()).toMatchObject([{ command: room, error: { code: 'forbidden' } }])
    expect(rig.counted).toContain('retry: clash')
    expect(rig.waits).toEqual([])
  })

  it('that does not end is waited out like a store that is away', async () => {
    const rig = await withUsers(await writerRig())
    rig.faults.store.next.push(...Array.from({ length: 8 }, () => new StoreError('clash', 'another writer was first')))
    await rig.send(createChat(ann, []))
    expect(rig.memory.events().at(-1)).toMatchObject({ stream: room, seq: 1 })
    expect(rig.counted).toContain('retry: store')
    expect(rig.heartbeats()).toBe(2)
  })
})

/** Another writer creates the room between this one's decision and its commit. */
const beatenOnce = (store: EventStore): EventStore => {
  let isBeaten = false
  const beat = async () => {
    isBeaten = true
    const chat = {
      id: room,
      name: 'first',
      users: [ann],
      created_at: '2025-01-01T00:00:00.000Z',
      modified_at: '2025-01-01T00:00:00.000Z',
    }
    const event = {
      type: 'ChatCreated',
      stream: room,
      seq: 1,
      commandId: room,
      digest: 'anns',
      body: { chat, user_id: ann },
    } as const
    const nothing = { rooms: [], commands: [], members: [], users: [], externalIds: [], chatCounts: { users: [], upTo: 0 } }
    await store.transact(nothing, () => ({ events: [{ event, data: JSON.stringify(event.body) }], rejections: [] }))
  }
  return {
    ...store,
    transact: async (touched, decide) => {
      if (isBeaten || !touched.rooms.includes(room)) return store.transact(touched, decide)
      await store.transact(touched, (loaded) => {
        decide(loaded)
        return { events: [], rejections: [] }
      })
      await beat()
      throw new StoreError('clash', 'another writer was first')
    },
  }
}
