import { describe, expect, it } from 'vitest'
import {
  bob,
  chatOf,
  createdFrame,
  me,
  membersFrame,
  messageBody,
  messageFrame,
  room,
  roomOf,
  script,
} from './scripted-service.ts'

const message = (seq: number, inRoom = room) => ['message', { ...messageBody(seq), room: inRoom, seq }]
const messages = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index))

describe('The events of a room', () => {
  it('start with `chat`, followed by every message after the seq of that chat', async () => {
    const { bind, last, events, clock } = script()
    await bind({ others: { [room]: 4 } })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 4 }] })
    last().deliver(messageFrame(5))
    last().deliver(messageFrame(6))
    await clock.run(0)
    expect(events).toEqual([['chat', { ...chatOf(room), seq: 4 }], message(5), message(6)])
  })

  it('include the messages that arrived before the chat was known', async () => {
    const { bind, last, events } = script()
    await bind({ others: { [room]: 4 } })
    last().deliver(messageFrame(5))
    last().deliver(messageFrame(6))
    expect(events).toEqual([])
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 6 }] })
    expect(last().take('resume').body).toEqual({ rooms: { [room]: 4 }, epoch: 'e1', max: 1_000 })
    last().deliver(messageFrame(5))
    last().deliver(messageFrame(6))
    expect(events).toEqual([['chat', { ...chatOf(room), seq: 4 }], message(5), message(6)])
  })

  it('include the messages that arrived before the answer to the resume', async () => {
    const { clock, last, events } = script()
    await clock.run(0)
    last().open()
    const request = last().take('create-user')
    last().answer(request, { user: { id: me, externalUserId: 'ann' } })
    last().deliver(messageFrame(5))
    last().deliver({ event: 'resume', id: request.id, body: { rooms: {}, others: { [room]: 4 }, epoch: 'e1' } })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 5 }] })
    expect(last().take('resume').body).toMatchObject({ rooms: { [room]: 4 } })
    last().deliver(messageFrame(5))
    expect(events).toEqual([['chat', { ...chatOf(room), seq: 4 }], message(5)])
  })

  it('contain each message once, even if frames are repeated', async () => {
    const { joined, events } = script()
    const socket = await joined({ [room]: 4 })
    for (const seq of [5, 5, 4, 1, 6, 5, 6]) socket.deliver(messageFrame(seq))
    expect(events).toEqual(messages(5, 6))
  })

  it('wait for missing frames, which the client requests once', async () => {
    const { joined, events } = script()
    const socket = await joined({ [room]: 4 })
    for (const seq of [7, 8]) socket.deliver(messageFrame(seq))
    expect(events).toEqual([])
    const request = socket.take('resume')
    expect(request.body).toMatchObject({ rooms: { [room]: 4 } })
    expect(socket.sent).toEqual([])
    for (const seq of [5, 6, 7, 8]) socket.deliver(messageFrame(seq))
    socket.answer(request, { rooms: { [room]: { seq: 8, recovered: true } }, epoch: 'e1' })
    socket.deliver(messageFrame(9))
    expect(events).toEqual(messages(5, 9))
    expect(socket.sent).toEqual([])
  })

  it('continue after a resume that failed with `unavailable`, which the client retries', async () => {
    const { joined, events, clock } = script()
    const socket = await joined({ [room]: 4 })
    socket.deliver(messageFrame(6))
    socket.refuse(socket.take('resume'), 'unavailable', { retryable: true, retry_after_ms: 700 })
    await clock.run(699)
    expect(socket.sent).toEqual([])
    await clock.run(1)
    socket.answer(socket.take('resume'), { rooms: { [room]: { seq: 4, recovered: true } }, epoch: 'e1' })
    expect(events).toEqual([])
  })

  it('need one resume at a time, with several rooms in one request', async () => {
    const { joined } = script()
    const rooms = Object.fromEntries([1, 2, 3].map((n) => [roomOf(n), 4]))
    const socket = await joined(rooms)
    for (const name of Object.keys(rooms)) socket.deliver(messageFrame(9, name))
    const first = socket.take('resume')
    expect(first.body).toMatchObject({ rooms: { [roomOf(1)]: 4 } })
    expect(socket.sent).toEqual([])
    socket.answer(first, { rooms: { [roomOf(1)]: { seq: 9, recovered: true } }, epoch: 'e1' })
    expect(socket.take('resume').body).toMatchObject({ rooms: { [roomOf(2)]: 4, [roomOf(3)]: 4 } })
  })

  it('leave out events of a later protocol version, whose seqs count', async () => {
    const { joined, events } = script()
    const socket = await joined({ [room]: 4 })
    socket.deliver({ event: 'later-event', room, seq: 5, body: {} })
    socket.deliver(messageFrame(6))
    expect(events).toEqual([message(6)])
    expect(socket.sent).toEqual([])
  })

  it('include added and removed members', async () => {
    const { joined, events } = script()
    const socket = await joined({ [room]: 4 })
    const [added, removed] = [membersFrame('add-users', 5, [bob]), membersFrame('remove-users', 6, [])]
    socket.deliver(added)
    socket.deliver(removed)
    expect(events).toEqual([
      ['members', { ...added.body, room, seq: 5, change: 'added' }],
      ['members', { ...removed.body, room, seq: 6, change: 'removed' }],
    ])
  })
})

describe('A chat that is new to a client', () => {
  it('is reported at once when it is created', async () => {
    const { joined, events } = script()
    const socket = await joined({})
    socket.deliver(createdFrame())
    socket.deliver(messageFrame(2))
    expect(events).toEqual([['chat', { ...chatOf(room), seq: 1 }], message(2)])
    expect(socket.sent).toEqual([])
  })

  it('is looked up when the user is added', async () => {
    const { joined, events } = script()
    const socket = await joined({})
    socket.deliver(membersFrame('add-users', 7, [me]))
    const request = socket.take('list-chats')
    expect(request.body).toEqual({ user: { id: me }, query: { limit: 200 } })
    socket.answer(request, { chats: [{ ...chatOf(room), seq: 7 }] })
    socket.deliver(messageFrame(8))
    expect(events).toEqual([['chat', { ...chatOf(room), seq: 7 }], message(8)])
  })

  it('is searched for on all pages of the list, until it is found', async () => {
    const { bind, last, events } = script()
    await bind({ others: { [roomOf(1)]: 1, [roomOf(2)]: 2 } })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(roomOf(2)), seq: 2 }], next_cursor: 'c1' })
    const next = last().take('list-chats')
    expect(next.body).toMatchObject({ query: { cursor: 'c1' } })
    last().answer(next, {
      chats: [
        { ...chatOf(roomOf(1)), seq: 1 },
        { ...chatOf(roomOf(3)), seq: 1 },
      ],
      next_cursor: 'c2',
    })
    expect(events).toEqual([
      ['chat', { ...chatOf(roomOf(2)), seq: 2 }],
      ['chat', { ...chatOf(roomOf(1)), seq: 1 }],
    ])
    expect(last().sent).toEqual([])
  })

  it('is searched for again if no page has it and the user is still a member', async () => {
    const { bind, last, events } = script()
    await bind({ others: { [room]: 1 } })
    last().answer(last().take('list-chats'), { chats: [] })
    const check = last().take('list-messages')
    expect(check.body).toEqual({ chat: { id: room }, query: { limit: 1 } })
    last().answer(check, { messages: [] })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 1 }] })
    expect(events).toEqual([['chat', { ...chatOf(room), seq: 1 }]])
  })

  it('is not reported if the user is no longer a member', async () => {
    const { bind, last, events } = script()
    await bind({ others: { [room]: 1 } })
    last().answer(last().take('list-chats'), { chats: [] })
    last().refuse(last().take('list-messages'), 'forbidden')
    last().deliver(messageFrame(1))
    expect([events, last().sent]).toEqual([[], []])
  })
})

describe('A room that a client has left', () => {
  it('ends with the frame that removes the user', async () => {
    const { joined, events } = script()
    const socket = await joined({ [room]: 4 })
    const removal = membersFrame('remove-users', 5, [bob, me])
    socket.deliver(removal)
    socket.deliver(removal)
    socket.deliver(messageFrame(5))
    expect(events).toEqual([
      ['members', { ...removal.body, room, seq: 5, change: 'removed' }],
      ['left', { room, reason: 'removed' }],
    ])
    expect(socket.sent).toEqual([])
  })

  it('starts again when the user is added again', async () => {
    const { joined, events } = script()
    const socket = await joined({ [room]: 4 })
    socket.deliver(membersFrame('remove-users', 5, [me]))
    socket.deliver(membersFrame('add-users', 9, [me]))
    socket.answer(socket.take('list-chats'), { chats: [{ ...chatOf(room), seq: 9 }] })
    socket.deliver(messageFrame(10))
    expect(events.slice(2)).toEqual([['chat', { ...chatOf(room), seq: 9 }], message(10)])
  })

  it('is left out of a resume, and starts again if the user was added again meanwhile', async () => {
    const { joined, events, bind, clock, last } = script()
    const socket = await joined({ [room]: 4 })
    socket.deliver(membersFrame('remove-users', 5, [me]))
    socket.drop()
    await clock.run(1_000)
    const request = await bind({ others: { [room]: 12 } })
    expect(request.body.resume).toEqual({ rooms: {}, epoch: 'e1', max: 1_000 })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 12 }] })
    expect(events.slice(2)).toEqual([['chat', { ...chatOf(room), seq: 12 }]])
  })
})

describe('A client that reconnects', () => {
  const away = async (rooms: Readonly<Record<string, number>> = { [room]: 4 }) => {
    const scripted = script()
    const socket = await scripted.joined(rooms)
    socket.drop()
    await scripted.clock.run(1_000)
    return scripted
  }

  it('resumes every room at its last seq, and reports only new events', async () => {
    const { clock, last, events } = await away()
    await clock.run(0)
    last().open()
    const request = last().take('create-user')
    expect(request.body).toEqual({
      user: { externalUserId: 'ann' },
      resume: { rooms: { [room]: 4 }, epoch: 'e1', max: 1_000 },
    })
    last().answer(request, { user: { id: me, externalUserId: 'ann' } })
    for (const seq of [5, 6]) last().deliver(messageFrame(seq))
    last().deliver({
      event: 'resume',
      id: request.id,
      body: { rooms: { [room]: { seq: 6, recovered: true } }, others: {}, epoch: 'e1' },
    })
    last().deliver(messageFrame(7))
    expect(events).toEqual(messages(5, 7))
    expect(last().sent).toEqual([])
  })

  it('reads too many missed messages from history, reports the chat again, and follows the feed', async () => {
    const { bind, last, events } = await away()
    await bind({ rooms: { [room]: { seq: 1_500, recovered: false, reason: 'too_many' } } })
    last().deliver(messageFrame(1_501))
    const page = last().take('list-messages')
    expect(page.body).toEqual({ chat: { id: room }, query: { after: 4, before: 1_501, limit: 200 } })
    last().answer(page, { messages: [5, 7].map((seq) => ({ ...messageBody(seq), seq })), next_cursor: 'more' })
    const next = last().take('list-messages')
    expect(next.body).toMatchObject({ query: { after: 7, before: 1_501 } })
    last().answer(next, { messages: [{ ...messageBody(9), seq: 9 }] })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room, [me]), seq: 1_501 }] })
    expect(last().take('resume').body).toMatchObject({ rooms: { [room]: 1_500 } })
    last().deliver(messageFrame(1_501))
    expect(events).toEqual([message(5), message(7), message(9), ['chat', { ...chatOf(room, [me]), seq: 1_500 }], message(1_501)])
  })

  it('continues to read history after the connection is lost once more', async () => {
    const { bind, last, events, clock } = await away()
    await bind({ rooms: { [room]: { seq: 1_500, recovered: false, reason: 'too_many' } } })
    last().answer(last().take('list-messages'), { messages: [{ ...messageBody(7), seq: 7 }], next_cursor: 'more' })
    last().drop()
    await clock.run(2_000)
    const request = await bind({ rooms: { [room]: { seq: 7, recovered: true } } })
    expect(request.body.resume).toMatchObject({ rooms: { [room]: 7 } })
    expect(events).toEqual([message(7)])
  })

  it('reports `left` for rooms whose resume is forbidden', async () => {
    const { bind, events } = await away()
    await bind({ rooms: { [room]: { seq: 0, recovered: false, reason: 'forbidden' } } })
    expect(events).toEqual([['left', { room, reason: 'forbidden' }]])
  })

  it('reports `left` if the history that it reads becomes forbidden', async () => {
    const { bind, last, events } = await away()
    await bind({ rooms: { [room]: { seq: 1_500, recovered: false, reason: 'too_many' } } })
    last().refuse(last().take('list-messages'), 'forbidden')
    expect(events).toEqual([['left', { room, reason: 'forbidden' }]])
  })

  it.each(['ahead', 'epoch'] as const)('reports `reset` and starts over if the store has changed (%s)', async (reason) => {
    const { bind, last, events } = await away()
    await bind({ rooms: { [room]: { seq: 2, recovered: false, reason } }, epoch: 'e2' })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 2 }] })
    last().deliver(messageFrame(3))
    expect(events).toEqual([['reset', { room, seq: 2, reason }], ['chat', { ...chatOf(room), seq: 2 }], message(3)])
  })

  it('resumes at most as many rooms as the service accepts, and the others only if they missed frames', async () => {
    const rooms = Object.fromEntries(Array.from({ length: 503 }, (_, n) => [roomOf(n), 4]))
    const { bind, last, events } = await away(rooms)
    const named = Object.fromEntries(
      Object.keys(rooms)
        .slice(0, 500)
        .map((name) => [name, { seq: 4, recovered: true }]),
    )
    const request = await bind({ rooms: named, others: { [roomOf(500)]: 4, [roomOf(501)]: 6, [roomOf(502)]: 3 } })
    expect(Object.keys((request.body.resume as { rooms: object }).rooms)).toEqual(Object.keys(named))
    const rest = last().take('resume')
    expect(rest.body).toMatchObject({ rooms: { [roomOf(501)]: 4, [roomOf(502)]: 4 } })
    const [over, ahead] = [roomOf(501), roomOf(502)]
    last().deliver(messageFrame(5, over))
    last().answer(rest, {
      rooms: { [over]: { seq: 5, recovered: true }, [ahead]: { seq: 3, recovered: false, reason: 'ahead' } },
      epoch: 'e1',
    })
    expect(events).toEqual([message(5, over), ['reset', { room: ahead, seq: 3, reason: 'ahead' }]])
  })

  it('starts a room over after `reset`, reports its chat, and continues after that seq', async () => {
    const { joined, events } = script()
    const socket = await joined({ [room]: 4 })
    for (const seq of [5, 6, 7]) socket.deliver(messageFrame(seq))
    socket.deliver({ event: 'reset', body: { room, seq: 5, reason: 'ahead' } })
    socket.deliver(messageFrame(6))
    socket.answer(socket.take('list-chats'), { chats: [{ ...chatOf(room), seq: 6 }] })
    const request = socket.take('resume')
    expect(request.body).toMatchObject({ rooms: { [room]: 5 } })
    socket.deliver(messageFrame(6))
    socket.answer(request, { rooms: { [room]: { seq: 6, recovered: true } }, epoch: 'e1' })
    expect(events).toEqual([
      ...messages(5, 7),
      ['reset', { room, seq: 5, reason: 'ahead' }],
      ['chat', { ...chatOf(room), seq: 5 }],
      message(6),
    ])
  })

  it('resumes rooms that are neither in its first resume nor in the answer: the membership may have ended', async () => {
    const rooms = Object.fromEntries(Array.from({ length: 502 }, (_, n) => [roomOf(n), 4]))
    const { bind, last, events } = await away(rooms)
    const named = Object.fromEntries(
      Object.keys(rooms)
        .slice(0, 500)
        .map((name) => [name, { seq: 4, recovered: true }]),
    )
    await bind({ rooms: named, others: { [roomOf(500)]: 4 } })
    const request = last().take('resume')
    expect(request.body).toMatchObject({ rooms: { [roomOf(501)]: 4 } })
    const forbidden = { seq: 0, recovered: false, reason: 'forbidden' }
    last().answer(request, { rooms: { [roomOf(501)]: forbidden }, epoch: 'e1' })
    expect(events).toEqual([['left', { room: roomOf(501), reason: 'forbidden' }]])
  })

  it('also starts over with rooms outside its first resume if the store has changed', async () => {
    const rooms = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [roomOf(n), 4]))
    const { bind, events } = await away(rooms)
    const named = Object.fromEntries(
      Object.keys(rooms)
        .slice(0, 500)
        .map((name) => [name, { seq: 4, recovered: false, reason: 'epoch' }]),
    )
    await bind({ rooms: named, others: { [roomOf(500)]: 4 }, epoch: 'e2' })
    expect(events.filter(([name]) => name === 'reset')).toHaveLength(501)
  })
})
