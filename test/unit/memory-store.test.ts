import { describe, expect, it } from 'vitest'
import { eventStoreSuite } from '../contract/event-store/suite.ts'
import { memberStatesSuite } from '../contract/member-states/suite.ts'
import { readModelSuite } from '../contract/read-model/suite.ts'
import type { OpenStore } from '../contract/stored-chat.ts'
import {
  append,
  appending,
  chatCreated,
  messagePosted,
  reading,
  tryAppend,
  withAppender,
  written,
} from '../contract/stored-chat.ts'
import type { StorePoint } from './memory-store/memory-event-store.ts'
import type { MemoryStoreOptions } from './memory-store/memory-store.ts'
import { memoryStore } from './memory-store/memory-store.ts'

const open = async (): Promise<OpenStore> => {
  const { store, readModel, memberStates } = memoryStore()
  return { store, readModel, memberStates, [Symbol.asyncDispose]: async () => {} }
}

eventStoreSuite('in memory', open)
readModelSuite('in memory', open)
memberStatesSuite('in memory', open)

const [room, ann] = ['00000001-0000-7000-8000-000000000001', '00000002-0000-7000-8000-000000000001']

/** A store with one room, whose pauses are set only afterwards. */
const withRoom = async () => {
  const hook: { pause: NonNullable<MemoryStoreOptions['pause']> } = { pause: async () => {} }
  const memory = memoryStore({ pause: (point) => hook.pause(point) })
  await append(memory.store, chatCreated(room, [ann]))
  return { ...memory, hook }
}

/** Resolves when all pending promises have run. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the pauses of the memory store', () => {
  it('are before a read and at each point of an append, in order', async () => {
    const { store, hook } = await withRoom()
    const points: StorePoint[] = []
    hook.pause = async (point) => void points.push(point)
    await withAppender(store, async (appender) => {
      await appender.read(reading({ rooms: [room] }))
      await appender.append(appending({ events: [written(messagePosted(room, 2, ann))] }))
    })
    expect(points).toEqual(['before-read', 'before-lock', 'before-commit', 'after-commit'])
  })

  it('hold the lock of a room until the commit, and let others read', async () => {
    const { store, hook, events } = await withRoom()
    const holding = Promise.withResolvers<void>()
    hook.pause = (point) => (point === 'before-commit' ? holding.promise : Promise.resolve())
    const first = append(store, messagePosted(room, 2, ann))
    const second = tryAppend(store, { events: [written(messagePosted(room, 3, ann))] })
    await settled()
    expect((await store.readPages([{ room, after: 0, limit: 9, users: [] }]))[0]?.head).toBe(1)
    holding.resolve()
    await first
    expect(await second).toBe('appended')
    expect(events()).toHaveLength(3)
  })

  it('roll back and free the room when they reject before the commit', async () => {
    const { store, hook, events } = await withRoom()
    const crash = new Error('crash')
    hook.pause = (point) => (point === 'before-commit' ? Promise.reject(crash) : Promise.resolve())
    await expect(append(store, messagePosted(room, 2, ann))).rejects.toBe(crash)
    hook.pause = async () => {}
    expect(events()).toHaveLength(1)
    await append(store, messagePosted(room, 2, ann))
    expect(events()).toHaveLength(2)
  })

  it('keep the commit when they reject after it', async () => {
    const { store, hook, events } = await withRoom()
    const cut = new Error('cut')
    hook.pause = (point) => (point === 'after-commit' ? Promise.reject(cut) : Promise.resolve())
    await expect(append(store, messagePosted(room, 2, ann))).rejects.toBe(cut)
    expect(events()).toHaveLength(2)
  })
})
