import { describe, expect, it } from 'vitest'
import type { Appender, EventStore } from '../../../shared/ports/event-store.ts'
import { append, chatCreated } from '../../contract/stored-chat.ts'
import { ann, bob, createChat, post, room } from '../domain/chat-fixtures.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { withUsers } from './users.ts'
import { messagesOf, writerRig } from './writer-rig.ts'

/** Wraps the appenders of the store. */
const withAppends = (store: EventStore, change: (appender: Appender) => Appender['append']): EventStore => ({
  ...store,
  openAppender: async () => {
    const appender = await store.openAppender()
    return { ...appender, append: change(appender) }
  },
})

/** Another writer creates the room between the decision and the append. */
const beatenOnce = (store: EventStore): EventStore => {
  let isBeaten = false
  return withAppends(store, (appender) => async (batch) => {
    if (!isBeaten && batch.heads.has(room)) {
      isBeaten = true
      await append(store, chatCreated(room, [ann, bob]))
    }
    return appender.append(batch)
  })
}

/** The first `count` appends are stale, as if another writer had changed their rooms. */
const staleTimes = (store: EventStore, times: number): EventStore => {
  let left = times
  return withAppends(store, (appender) => async (batch) => {
    if (!batch.heads.has(room) || left === 0) return appender.append(batch)
    left -= 1
    return 'stale'
  })
}

describe('A stale append', () => {
  it('is decided again at once from the events that the other writer has stored', async () => {
    const memory = memoryStore()
    const rig = await withUsers(await writerRig({ memory, store: beatenOnce }))
    await rig.send({ ...createChat(bob, []), digest: 'of-bob' })
    expect(memory.events().filter(({ stream }) => stream === room)).toHaveLength(1)
    expect(rig.outcomeLines()).toMatchObject([{ command: room, error: { code: 'conflict' } }])
    expect(rig.counted).toContain('retry: clash')
    expect(rig.calls).toEqual(['read', 'append', 'read'])
    expect(rig.waits).toEqual([])
  })

  it('is retried with pauses, like an unavailable store, if every attempt is stale', async () => {
    const rig = await withUsers(await writerRig({ store: (store) => staleTimes(store, 8) }))
    await rig.send(createChat(ann, []))
    expect(rig.memory.events().at(-1)).toMatchObject({ stream: room, seq: 1 })
    expect(rig.counted).toContain('retry: store')
    expect(rig.heartbeats()).toBe(2)
  })

  it('makes the writer read a remembered room again if another program has written to it', async () => {
    const rig = await withUsers(await writerRig())
    await rig.send(createChat(ann, []), post(ann, 'one'))
    const imported = post(ann, 'imported')
    const other = await writerRig({ memory: rig.memory })
    await other.send(imported)
    rig.clear()
    await rig.send(post(ann, 'two'))
    expect(messagesOf(rig)).toEqual(['one', 'imported', 'two'])
    expect(rig.calls).toEqual(['append', 'read', 'append'])
  })
})
