import { describe, expect, it } from 'vitest'
import type { RoomMessage } from '../../../shared/client/chat-events.ts'
import type { MessageList } from '../../../shared/client/room.ts'
import { bob, me, messageBody, messageFrame, room, roomOf, script } from './scripted-service.ts'

const id = messageBody(5).id
const at = '2026-11-24T15:45:09.000Z'
const head = { id: roomOf(7), user_id: bob, created_at: at }
const content = { ...messageBody(5), data: { card: 1 }, mentions: [me] }
const tombstone = { ...messageBody(5), msg: '', modified_at: at, deleted: true as const }
const frame = (event: string, seq: number, body: object) => ({ event, room, seq, body: { ...head, ...body } })
const edit = (seq: number, msg: string) => frame('edit-message', seq, { message: { ...content, msg, modified_at: at } })
const react = (seq: number, user: string, on: boolean, count: number) =>
  frame('set-reaction', seq, { user_id: user, message: id, reaction: 'heart', on, count })
const entry = (seq: number) => ({ ...messageBody(seq), seq })
const shown = ({ messages }: MessageList): object[] => messages.map(({ room: _, as_of: __, ...message }) => message)

/** A client in one room whose last seq is 5, with a handle of it. `page` answers the oldest request for a page. */
const opened = async () => {
  const scripted = script({ maxResumed: 5 })
  await scripted.joined({ [room]: 5 })
  const page = async (messages: readonly object[], as_of: number): Promise<void> => {
    await scripted.clock.run(0)
    scripted.last().answer(scripted.last().take('list-messages'), { messages, as_of })
    await scripted.clock.run(0)
  }
  const handle = scripted.client.room(room)
  const loaded = async (messages: readonly object[] = [{ ...content, seq: 5 }], as_of = 5): Promise<void> => {
    const loading = handle.loadOlder(messages.length)
    await page(messages, as_of)
    await loading
  }
  /** The connection is lost, and too many frames are missed up to this seq. */
  const absent = async (seq: number): Promise<void> => {
    scripted.last().drop()
    await scripted.clock.run(2_000)
    await scripted.bind({ rooms: { [room]: { seq, recovered: false, reason: 'too_many' } } })
  }
  return { ...scripted, handle, page, loaded, absent, deliver: (each: object) => scripted.last().deliver(each) }
}

describe('The messages of a handle', () => {
  it('are shown as they are after each change, and `changed` reports them', async () => {
    const { handle, loaded, deliver } = await opened()
    await loaded()
    const changed: RoomMessage[] = []
    handle.on('changed', (message) => changed.push(message))
    deliver(react(6, me, true, 2))
    deliver(frame('set-pin', 7, { message: id, on: true }))
    deliver(edit(8, 'better'))
    const before = handle.messages
    expect(shown(handle)).toEqual([
      { ...content, msg: 'better', modified_at: at, seq: 5, reactions: { heart: 2 }, my_reactions: ['heart'], pinned: true },
    ])
    deliver(react(9, me, false, 1))
    deliver(frame('set-pin', 10, { message: id, on: false }))
    expect(shown(handle)).toEqual([{ ...content, msg: 'better', modified_at: at, seq: 5, reactions: { heart: 1 } }])
    expect(before).not.toBe(handle.messages)
    expect(changed.map(({ as_of }) => as_of)).toEqual([6, 7, 8, 9, 10])
  })

  it('keep nothing of a deleted message but its tombstone', async () => {
    const { handle, loaded, deliver } = await opened()
    await loaded()
    deliver(react(6, me, true, 1))
    deliver(frame('set-pin', 7, { message: id, on: true }))
    deliver(frame('delete-message', 8, { message: tombstone }))
    expect(handle.messages).toEqual([{ ...tombstone, room, seq: 5, as_of: 8 }])
  })

  it('do not show the reactions to a message that a replay has as a tombstone', async () => {
    const { handle, deliver } = await opened()
    deliver({ ...messageFrame(6), body: { ...tombstone, id } })
    deliver(react(7, me, true, 1))
    deliver(frame('set-pin', 8, { message: id, on: true }))
    expect(shown(handle)).toEqual([{ ...tombstone, id, seq: 6 }])
  })

  it('count the replies of a thread that are not deleted', async () => {
    const { handle, loaded, deliver } = await opened()
    await loaded()
    deliver({ ...messageFrame(6), body: { ...messageBody(6), thread: id } })
    deliver({ ...messageFrame(7), body: { ...messageBody(7), thread: id } })
    deliver(frame('delete-message', 8, { message: { ...messageBody(6), msg: '', deleted: true, thread: id } }))
    expect(handle.messages[0]?.replies).toEqual({ count: 1, last_seq: 7 })
  })

  it('ignore a change of a message that they do not have, and a change that the page contains already', async () => {
    const { handle, loaded, deliver } = await opened()
    deliver(edit(6, 'not loaded yet'))
    await loaded([{ ...content, msg: 'newest', seq: 5, replies: { count: 1, last_seq: 8 } }], 8)
    deliver(edit(7, 'older than the page'))
    deliver({ ...messageFrame(8), body: { ...messageBody(8), thread: id } })
    expect(handle.messages[0]).toMatchObject({ msg: 'newest', replies: { count: 1, last_seq: 8 } })
  })

  it('have the changes that arrive between a page and its answer', async () => {
    const { handle, deliver, page, clock } = await opened()
    const loading = handle.loadOlder(1)
    await clock.run(0)
    deliver(edit(6, 'part of the page'))
    deliver(edit(7, 'after the page'))
    await page([{ ...content, msg: 'part of the page', seq: 5 }], 6)
    await loading
    expect(handle.messages[0]).toMatchObject({ msg: 'after the page', as_of: 7 })
  })

  it('are read again if more changes arrive meanwhile than are kept', async () => {
    const { handle, deliver, page, clock } = await opened()
    const loading = handle.loadOlder(1)
    await clock.run(0)
    for (let seq = 6; seq <= 1_006; seq += 1) deliver(edit(seq, `edit ${seq}`))
    await page([{ ...content, seq: 5 }], 5)
    await page([{ ...content, msg: 'edit 1006', seq: 5 }], 1_006)
    await loading
    expect(handle.messages).toMatchObject([{ msg: 'edit 1006' }])
  })

  it('are read again after too many frames were missed, and stay shown until then', async () => {
    const { handle, loaded, absent, page } = await opened()
    await loaded([entry(4), { ...content, seq: 5 }])
    await absent(20)
    expect(handle.messages.map(({ seq }) => seq)).toEqual([4, 5])
    await page([entry(4), { ...tombstone, seq: 5 }], 20)
    await page([entry(12)], 20)
    expect(shown(handle)).toEqual([entry(4), { ...tombstone, seq: 5 }, entry(12)])
  })

  it('are read again before older ones are loaded if that was not possible before', async () => {
    const { handle, loaded, absent, page, last, clock } = await opened()
    await loaded()
    await absent(20)
    last().refuse(last().take('list-messages'), 'internal')
    await page([], 20)
    last().answer(last().take('list-chats'), { chats: [{ ...handle.chat, seq: 20 }] })
    await clock.run(0)
    expect(shown(handle)).toEqual([{ ...content, seq: 5 }])
    const loading = handle.loadOlder(1)
    await page([{ ...content, msg: 'edited meanwhile', seq: 5 }], 20)
    await page([entry(4)], 20)
    await loading
    expect(handle.messages.map(({ msg }) => msg)).toEqual(['message 4', 'edited meanwhile'])
  })
})

describe('A list of a handle', () => {
  it('has the replies of one thread, or the messages that are not replies', async () => {
    const { handle, deliver, page } = await opened()
    const [thread, roots] = [handle.list({ thread: id }), handle.list({ replies: false })]
    expect(handle.list({ thread: id })).toBe(thread)
    deliver({ ...messageFrame(6), body: { ...messageBody(6), thread: id } })
    deliver(messageFrame(7))
    deliver({ ...messageFrame(8), body: { ...messageBody(8), thread: roomOf(9) } })
    expect([thread, roots, handle].map(({ messages }) => messages.map(({ seq }) => seq))).toEqual([[6], [7], [6, 7, 8]])
    const loading = roots.loadOlder(1)
    await page([{ ...content, seq: 5 }], 8)
    await loading
    expect(roots.messages.map(({ seq }) => seq)).toEqual([5, 7])
    expect([roots.hasOlder, thread.hasOlder]).toEqual([true, true])
  })
})
