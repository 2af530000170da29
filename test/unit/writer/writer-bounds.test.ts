import { describe, expect, it } from 'vitest'
import type { Append, AppendResult, EventStore } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { ann, createChat, deleteMessage, edit, post, room, uuid } from '../domain/chat-fixtures.ts'
import { createUser, withUsers } from './users.ts'
import { messagesOf, recordOf, writerRig } from './writer-rig.ts'

const rowsOf = ({ events }: Append): number =>
  events.reduce((sum, { event }) => sum + 1 + (event.type === 'ChatCreated' ? event.body.chat.users.length - 1 : 0), 0)

/** Records each append; `append` may throw to refuse one. */
const watched = (notes: Append[], append = async (_: Append): Promise<void> => {}) => {
  return (store: EventStore): EventStore => ({
    ...store,
    openAppender: async () => {
      const appender = await store.openAppender()
      return {
        ...appender,
        append: async (batch): Promise<AppendResult> => {
          notes.push(batch)
          await append(batch)
          return appender.append(batch)
        },
      }
    },
  })
}

const people = Array.from({ length: 100 }, (_, n) => uuid(2, n + 1))
const everybody = people.map((_, n) => createUser(n + 1))
const burstOf = (count: number) =>
  Array.from({ length: count }, (_, n) => createChat(ann, people.slice(1), { room: uuid(1, n + 100) }))

describe('A burst of commands that name many users', () => {
  it('is stored in appends of limited rows, and a small batch of another partition waits for at most one of them', async () => {
    const notes: Append[] = []
    const rig = await writerRig({ store: watched(notes), bounds: { writerBatchRows: 250 } })
    await rig.send(...everybody)
    await rig.send(createChat(ann, []))
    notes.length = 0
    const bursting = rig.deliver(burstOf(20).map((command) => recordOf(command)))
    await rig.deliver([recordOf(post(ann, 'small'))])
    const before = notes.findIndex(({ heads }) => heads.has(room))
    await bursting
    expect(before).toBeLessThanOrEqual(1)
    expect(notes.map(rowsOf)).toEqual(notes.map((batch) => Math.min(rowsOf(batch), 250)))
    expect(notes.length).toBeGreaterThanOrEqual(10)
    expect(rig.memory.events().filter(({ type }) => type === 'ChatCreated')).toHaveLength(21)
  })
})

describe('A burst of deletions, or of edits that mention many users', () => {
  it('is stored in appends of limited rows, because each changes many', async () => {
    const notes: Append[] = []
    const rig = await withUsers(await writerRig({ store: watched(notes), bounds: { writerBatchRows: 100 } }))
    const messages = Array.from({ length: 30 }, () => post(ann))
    await rig.send(createChat(ann, []), ...messages)
    notes.length = 0
    await rig.send(...messages.map(({ id }) => edit(ann, id, 'all', { mentions: people.slice(0, 48) })))
    expect(notes.map(({ events }) => events.length)).toEqual(Array.from({ length: 15 }, () => 2))
    notes.length = 0
    await rig.send(...messages.map(({ id }) => deleteMessage(ann, id)))
    expect(notes.map(({ events }) => events.length)).toEqual([10, 10, 10])
    expect(rig.memory.events().filter(({ type }) => type === 'MessageDeleted')).toHaveLength(30)
  })
})

describe('A batch that takes longer than the handling limit', () => {
  it('is handled in part, so that the consumer can fetch for other partitions', async () => {
    const rig = await withUsers(await writerRig({ fanOutMs: 300, bounds: { writerBatchRecords: 1 } }))
    await rig.send(createChat(ann, []))
    const messages = Array.from({ length: 5 }, (_, index) => post(ann, `message ${index}`))
    const { handled } = await rig.handle(messages.map((command) => recordOf(command)))
    expect(handled).toBe(2)
    expect(messagesOf(rig)).toEqual(['message 0', 'message 1'])
  })
})

describe('An append that times out', () => {
  const tooLong = (most: number) => async (batch: Append) => {
    if (rowsOf(batch) > most) throw new StoreError('timeout', 'canceling statement due to statement timeout')
  }

  it('is halved until its parts succeed: every command is stored in order, and none is dead-lettered', async () => {
    const notes: Append[] = []
    const rig = await withUsers(await writerRig({ store: watched(notes, tooLong(4)) }))
    const messages = Array.from({ length: 30 }, (_, index) => post(ann, `message ${index}`))
    await rig.send(createChat(ann, []), ...messages)
    expect(messagesOf(rig)).toEqual(messages.map(({ body }) => body.msg))
    expect(rig.deadLettered).toEqual([])
    expect(rig.waits).toEqual([])
  })

  it('makes the next appends smaller at once, and larger again after they succeed', async () => {
    const notes: Append[] = []
    let most = 8
    const rig = await withUsers(
      await writerRig({ store: watched(notes, (batch) => tooLong(most)(batch)), bounds: { writerBatchRows: 64 } }),
    )
    await rig.send(createChat(ann, []), ...Array.from({ length: 63 }, () => post(ann)))
    notes.length = 0
    await rig.send(...Array.from({ length: 8 }, () => post(ann)))
    expect(notes.every((batch) => rowsOf(batch) <= 8)).toBe(true)
    most = 64
    for (let turn = 0; turn < 4; turn += 1) await rig.send(...Array.from({ length: 64 }, () => post(ann)))
    expect(rowsOf(notes.at(-1) as Append)).toBe(64)
  })

  it('is retried with growing pauses and never dead-lettered if it has a single command', async () => {
    const rig = await withUsers(await writerRig())
    rig.faults.store.next.push(...Array.from({ length: 4 }, () => new StoreError('timeout', 'lock timeout')))
    await rig.send(createChat(ann, []))
    expect(rig.memory.events().at(-1)).toMatchObject({ stream: room, seq: 1 })
    expect(rig.waits).toEqual([50, 100, 200, 400])
    expect(rig.deadLettered).toEqual([])
  })
})
