import { describe, expect, it } from 'vitest'
import type { Room } from '../../../shared/client/room.ts'
import type { SentFrame } from './scripted-service.ts'
import { bob, createdFrame, me, membersFrame, messageBody, messageFrame, room, roomOf, script } from './scripted-service.ts'

const entry = (seq: number) => ({ ...messageBody(seq), seq })
const seqs = ({ messages }: Room): number[] => messages.map(({ seq }) => seq)

/** A client in one room whose last seq is 10, with a handle of it. */
const opened = async () => {
  const scripted = script()
  const socket = await scripted.joined({ [room]: 10 })
  const handle = scripted.client.room(room)
  /** Answers the next request for a page with messages below `before`. */
  const answerPage = async (count: number): Promise<SentFrame> => {
    await scripted.clock.run(0)
    const request = socket.take('list-messages')
    const { before = 11 } = request.body.query as { before?: number }
    const last = before - 1
    const found = Array.from({ length: Math.min(count, last) }, (_, index) => entry(last - Math.min(count, last) + 1 + index))
    const hasMore = (found[0]?.seq ?? 1) > 1
    socket.answer(request, { messages: found, ...(hasMore ? { next_cursor: 'c' } : {}) })
    await scripted.clock.run(0)
    return request
  }
  return { ...scripted, socket, handle, answerPage }
}

describe('The handle of a room', () => {
  it('has the chat, its members, and the messages since it was made', async () => {
    const { handle, socket } = await opened()
    expect([handle.chat?.name, handle.members, handle.messages]).toEqual(['chat 001', [me, bob], []])
    for (const seq of [11, 12]) socket.deliver(messageFrame(seq))
    expect(seqs(handle)).toEqual([11, 12])
    expect(handle.messages[0]).toEqual({ ...messageBody(11), room, seq: 11 })
  })

  it('is the same object each time', async () => {
    const { client, handle } = await opened()
    expect(client.room(room)).toBe(handle)
    expect(client.room(roomOf(2))).not.toBe(handle)
  })

  it('joins history and new messages without gaps and duplicates, even if messages arrive while it reads history', async () => {
    const { handle, socket, answerPage } = await opened()
    socket.deliver(messageFrame(11))
    const loading = handle.loadOlder(4)
    socket.deliver(messageFrame(12))
    expect((await answerPage(4)).body).toEqual({ chat: { id: room }, query: { before: 11, limit: 4 } })
    socket.deliver(messageFrame(13))
    await loading
    expect([seqs(handle), handle.hasOlder]).toEqual([[7, 8, 9, 10, 11, 12, 13], true])
    const more = handle.loadOlder(100)
    await answerPage(100)
    await more
    expect([seqs(handle), handle.hasOlder]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], false])
    await handle.loadOlder()
    expect(socket.sent).toEqual([])
  })

  it('reads history once for calls at the same time', async () => {
    const { handle, socket, answerPage } = await opened()
    const loading = [handle.loadOlder(2), handle.loadOlder(2)]
    await answerPage(2)
    await Promise.all(loading)
    expect([seqs(handle), socket.sent]).toEqual([[9, 10], []])
  })

  it('replaces its lists when they change, and only then', async () => {
    const { handle, socket } = await opened()
    socket.deliver(messageFrame(11))
    const { messages, members } = handle
    expect(handle.messages).toBe(messages)
    socket.deliver(messageFrame(12))
    expect([messages.length, handle.messages.length, handle.members]).toEqual([1, 2, members])
  })

  it('updates its members, and reports the end of the membership', async () => {
    const { handle, socket } = await opened()
    const cyd = roomOf(77)
    socket.deliver(membersFrame('add-users', 11, [cyd]))
    expect(handle.members).toEqual([me, bob, cyd])
    socket.deliver(membersFrame('remove-users', 12, [bob]))
    expect(handle.members).toEqual([me, cyd])
    socket.deliver(membersFrame('remove-users', 13, [me]))
    expect(handle.isOver).toBe(true)
  })

  it('calls its listeners for events of its own room only, and for each change', async () => {
    const { handle, socket } = await opened()
    const calls: string[] = []
    handle.on('message', ({ seq }) => calls.push(`message ${seq}`))
    const off = handle.on('change', () => calls.push('change'))
    socket.deliver(messageFrame(11))
    socket.deliver(createdFrame(roomOf(2)))
    socket.deliver(messageFrame(2, roomOf(2)))
    off()
    socket.deliver(messageFrame(12))
    expect(calls.toSorted()).toEqual(['change', 'message 11', 'message 12'])
  })

  it('reads as many messages again as it had if the room was reset', async () => {
    const { handle, socket, answerPage, events } = await opened()
    const loading = handle.loadOlder(3)
    await answerPage(3)
    await loading
    socket.deliver({ event: 'reset', body: { room, seq: 9, reason: 'ahead' } })
    expect(handle.messages).toEqual([])
    await answerPage(3)
    expect(seqs(handle)).toEqual([7, 8, 9])
    expect(events.map(([name]) => name)).toEqual(['reset'])
  })

  it('starts again if the user left the room and joined it later', async () => {
    const { handle, socket, clock } = await opened()
    socket.deliver(messageFrame(11))
    socket.deliver(membersFrame('remove-users', 12, [me]))
    socket.deliver(membersFrame('add-users', 20, [me]))
    await clock.run(0)
    socket.answer(socket.take('list-chats'), { chats: [{ ...handle.chat, users: [me, bob], seq: 20 }] })
    socket.deliver(messageFrame(21))
    expect([handle.isOver, seqs(handle)]).toEqual([false, [21]])
  })

  it('waits for the chat if it is made before the first connection', async () => {
    const { client, bind, clock, last } = script()
    const handle = client.room(room)
    const loading = handle.loadOlder(2)
    await bind({ others: { [room]: 10 } })
    last().answer(last().take('list-messages'), { messages: [entry(10)], next_cursor: 'c' })
    await clock.run(0)
    expect(last().sent.map(({ event }) => event)).toEqual(['list-chats'])
    last().answer(last().take('list-chats'), { chats: [{ id: room, name: 'x', users: [me], seq: 10 }] })
    await clock.run(0)
    last().answer(last().take('list-messages'), { messages: [entry(9), entry(10)], next_cursor: 'c' })
    await loading
    expect(seqs(handle)).toEqual([9, 10])
  })

  it('fails to load the history of a room if the user is not a member', async () => {
    const { client, joined } = script()
    const socket = await joined({})
    const loading = client.room(room).loadOlder()
    await Promise.resolve()
    socket.refuse(socket.take('list-messages'), 'forbidden')
    await expect(loading).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('sends and changes members in its room', async () => {
    const { handle, socket } = await opened()
    const calls = [handle.send('hi'), handle.addUsers([bob]), handle.removeUsers([bob])]
    for (const [event, body] of [
      ['new-message', messageBody(11)],
      ['add-users', membersFrame('add-users', 12, [bob]).body],
      ['remove-users', membersFrame('remove-users', 13, [bob]).body],
    ] as const) {
      const request = socket.take(event)
      expect(request.room).toBe(room)
      socket.answer(request, body)
    }
    expect(await Promise.all(calls)).toHaveLength(3)
  })
})
