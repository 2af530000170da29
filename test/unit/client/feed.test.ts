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

describe('What a client tells of a room', () => {
  it('begins with its chat, and goes on with every message after that seq', async () => {
    const { bind, last, told, clock } = script()
    await bind({ others: { [room]: 4 } })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 4 }] })
    last().say(messageFrame(5))
    last().say(messageFrame(6))
    await clock.run(0)
    expect(told).toEqual([['chat', { ...chatOf(room), seq: 4 }], message(5), message(6)])
  })

  it('leaves nothing out that came before the chat was known', async () => {
    const { bind, last, told } = script()
    await bind({ others: { [room]: 4 } })
    last().say(messageFrame(5))
    last().say(messageFrame(6))
    expect(told).toEqual([])
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 6 }] })
    expect(last().take('resume').body).toEqual({ rooms: { [room]: 4 }, epoch: 'e1', max: 1_000 })
    last().say(messageFrame(5))
    last().say(messageFrame(6))
    expect(told).toEqual([['chat', { ...chatOf(room), seq: 4 }], message(5), message(6)])
  })

  it('leaves nothing out that came before the answer to its resume', async () => {
    const { clock, last, told } = script()
    await clock.run(0)
    last().open()
    const request = last().take('create-user')
    last().answer(request, { user: { id: me, externalUserId: 'ann' } })
    last().say(messageFrame(5))
    last().say({ event: 'resume', id: request.id, body: { rooms: {}, others: { [room]: 4 }, epoch: 'e1' } })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 5 }] })
    expect(last().take('resume').body).toMatchObject({ rooms: { [room]: 4 } })
    last().say(messageFrame(5))
    expect(told).toEqual([['chat', { ...chatOf(room), seq: 4 }], message(5)])
  })

  it('is each message once, whatever is repeated', async () => {
    const { joined, told } = script()
    const socket = await joined({ [room]: 4 })
    for (const seq of [5, 5, 4, 1, 6, 5, 6]) socket.say(messageFrame(seq))
    expect(told).toEqual(messages(5, 6))
  })

  it('waits for what is missing, and asks for it once', async () => {
    const { joined, told } = script()
    const socket = await joined({ [room]: 4 })
    for (const seq of [7, 8]) socket.say(messageFrame(seq))
    expect(told).toEqual([])
    const request = socket.take('resume')
    expect(request.body).toMatchObject({ rooms: { [room]: 4 } })
    expect(socket.sent).toEqual([])
    for (const seq of [5, 6, 7, 8]) socket.say(messageFrame(seq))
    socket.answer(request, { rooms: { [room]: { seq: 8, recovered: true } }, epoch: 'e1' })
    socket.say(messageFrame(9))
    expect(told).toEqual(messages(5, 9))
    expect(socket.sent).toEqual([])
  })

  it('is asked for again where the service cannot say now', async () => {
    const { joined, told, clock } = script()
    const socket = await joined({ [room]: 4 })
    socket.say(messageFrame(6))
    socket.refuse(socket.take('resume'), 'unavailable', { retryable: true, retry_after_ms: 700 })
    await clock.run(699)
    expect(socket.sent).toEqual([])
    await clock.run(1)
    socket.answer(socket.take('resume'), { rooms: { [room]: { seq: 4, recovered: true } }, epoch: 'e1' })
    expect(told).toEqual([])
  })

  it('is asked for one resume at a time, several rooms together', async () => {
    const { joined } = script()
    const rooms = Object.fromEntries([1, 2, 3].map((n) => [roomOf(n), 4]))
    const socket = await joined(rooms)
    for (const name of Object.keys(rooms)) socket.say(messageFrame(9, name))
    const first = socket.take('resume')
    expect(first.body).toMatchObject({ rooms: { [roomOf(1)]: 4 } })
    expect(socket.sent).toEqual([])
    socket.answer(first, { rooms: { [roomOf(1)]: { seq: 9, recovered: true } }, epoch: 'e1' })
    expect(socket.take('resume').body).toMatchObject({ rooms: { [roomOf(2)]: 4, [roomOf(3)]: 4 } })
  })

  it('counts events of a later version, and tells nothing of them', async () => {
    const { joined, told } = script()
    const socket = await joined({ [room]: 4 })
    socket.say({ event: 'edit-message', room, seq: 5, body: {} })
    socket.say(messageFrame(6))
    expect(told).toEqual([message(6)])
    expect(socket.sent).toEqual([])
  })

  it('includes who comes and goes', async () => {
    const { joined, told } = script()
    const socket = await joined({ [room]: 4 })
    const [added, removed] = [membersFrame('add-users', 5, [bob]), membersFrame('remove-users', 6, [])]
    socket.say(added)
    socket.say(removed)
    expect(told).toEqual([
      ['members', { ...added.body, room, seq: 5, change: 'added' }],
      ['members', { ...removed.body, room, seq: 6, change: 'removed' }],
    ])
  })
})

describe('A chat that is new to a client', () => {
  it('is told at once when it is created', async () => {
    const { joined, told } = script()
    const socket = await joined({})
    socket.say(createdFrame())
    socket.say(messageFrame(2))
    expect(told).toEqual([['chat', { ...chatOf(room), seq: 1 }], message(2)])
    expect(socket.sent).toEqual([])
  })

  it('is looked up when the user is added', async () => {
    const { joined, told } = script()
    const socket = await joined({})
    socket.say(membersFrame('add-users', 7, [me]))
    const request = socket.take('list-chats')
    expect(request.body).toEqual({ user: { id: me }, query: { limit: 200 } })
    socket.answer(request, { chats: [{ ...chatOf(room), seq: 7 }] })
    socket.say(messageFrame(8))
    expect(told).toEqual([['chat', { ...chatOf(room), seq: 7 }], message(8)])
  })

  it('is looked for on all pages, and only until it is found', async () => {
    const { bind, last, told } = script()
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
    expect(told).toEqual([
      ['chat', { ...chatOf(roomOf(2)), seq: 2 }],
      ['chat', { ...chatOf(roomOf(1)), seq: 1 }],
    ])
    expect(last().sent).toEqual([])
  })

  it('that was not on any page is looked for again, while it is the user’s', async () => {
    const { bind, last, told } = script()
    await bind({ others: { [room]: 1 } })
    last().answer(last().take('list-chats'), { chats: [] })
    const check = last().take('list-messages')
    expect(check.body).toEqual({ chat: { id: room }, query: { limit: 1 } })
    last().answer(check, { messages: [] })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 1 }] })
    expect(told).toEqual([['chat', { ...chatOf(room), seq: 1 }]])
  })

  it('and is the user’s no longer is not told of', async () => {
    const { bind, last, told } = script()
    await bind({ others: { [room]: 1 } })
    last().answer(last().take('list-chats'), { chats: [] })
    last().refuse(last().take('list-messages'), 'forbidden')
    last().say(messageFrame(1))
    expect([told, last().sent]).toEqual([[], []])
  })
})

describe('A room that a client has left', () => {
  it('is over with the frame that says so', async () => {
    const { joined, told } = script()
    const socket = await joined({ [room]: 4 })
    const removal = membersFrame('remove-users', 5, [bob, me])
    socket.say(removal)
    socket.say(removal)
    socket.say(messageFrame(5))
    expect(told).toEqual([
      ['members', { ...removal.body, room, seq: 5, change: 'removed' }],
      ['left', { room, reason: 'removed' }],
    ])
    expect(socket.sent).toEqual([])
  })

  it('begins anew when the user is added again', async () => {
    const { joined, told } = script()
    const socket = await joined({ [room]: 4 })
    socket.say(membersFrame('remove-users', 5, [me]))
    socket.say(membersFrame('add-users', 9, [me]))
    socket.answer(socket.take('list-chats'), { chats: [{ ...chatOf(room), seq: 9 }] })
    socket.say(messageFrame(10))
    expect(told.slice(2)).toEqual([['chat', { ...chatOf(room), seq: 9 }], message(10)])
  })

  it('is not asked for when the client comes back, and begins anew if it is the user’s again', async () => {
    const { joined, told, bind, clock, last } = script()
    const socket = await joined({ [room]: 4 })
    socket.say(membersFrame('remove-users', 5, [me]))
    socket.drop()
    await clock.run(1_000)
    const request = await bind({ others: { [room]: 12 } })
    expect(request.body.resume).toEqual({ rooms: {}, epoch: 'e1', max: 1_000 })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 12 }] })
    expect(told.slice(2)).toEqual([['chat', { ...chatOf(room), seq: 12 }]])
  })
})

describe('A client that comes back', () => {
  const away = async (rooms: Readonly<Record<string, number>> = { [room]: 4 }) => {
    const scripted = script()
    const socket = await scripted.joined(rooms)
    socket.drop()
    await scripted.clock.run(1_000)
    return scripted
  }

  it('resumes every room where it was, and tells only what is new', async () => {
    const { clock, last, told } = await away()
    await clock.run(0)
    last().open()
    const request = last().take('create-user')
    expect(request.body).toEqual({
      user: { externalUserId: 'ann' },
      resume: { rooms: { [room]: 4 }, epoch: 'e1', max: 1_000 },
    })
    last().answer(request, { user: { id: me, externalUserId: 'ann' } })
    for (const seq of [5, 6]) last().say(messageFrame(seq))
    last().say({
      event: 'resume',
      id: request.id,
      body: { rooms: { [room]: { seq: 6, recovered: true } }, others: {}, epoch: 'e1' },
    })
    last().say(messageFrame(7))
    expect(told).toEqual(messages(5, 7))
    expect(last().sent).toEqual([])
  })

  it('reads from history what was too much to be resumed, tells the chat again, and goes on', async () => {
    const { bind, last, told } = await away()
    await bind({ rooms: { [room]: { seq: 1_500, recovered: false, reason: 'too_many' } } })
    last().say(messageFrame(1_501))
    const page = last().take('list-messages')
    expect(page.body).toEqual({ chat: { id: room }, query: { after: 4, before: 1_501, limit: 200 } })
    last().answer(page, { messages: [5, 7].map((seq) => ({ ...messageBody(seq), seq })), next_cursor: 'more' })
    const next = last().take('list-messages')
    expect(next.body).toMatchObject({ query: { after: 7, before: 1_501 } })
    last().answer(next, { messages: [{ ...messageBody(9), seq: 9 }] })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room, [me]), seq: 1_501 }] })
    expect(last().take('resume').body).toMatchObject({ rooms: { [room]: 1_500 } })
    last().say(messageFrame(1_501))
    expect(told).toEqual([message(5), message(7), message(9), ['chat', { ...chatOf(room, [me]), seq: 1_500 }], message(1_501)])
  })

  it('and goes again while it reads history, goes on from what it had read', async () => {
    const { bind, last, told, clock } = await away()
    await bind({ rooms: { [room]: { seq: 1_500, recovered: false, reason: 'too_many' } } })
    last().answer(last().take('list-messages'), { messages: [{ ...messageBody(7), seq: 7 }], next_cursor: 'more' })
    last().drop()
    await clock.run(2_000)
    const request = await bind({ rooms: { [room]: { seq: 7, recovered: true } } })
    expect(request.body.resume).toMatchObject({ rooms: { [room]: 7 } })
    expect(told).toEqual([message(7)])
  })

  it('is told which rooms are over', async () => {
    const { bind, told } = await away()
    await bind({ rooms: { [room]: { seq: 0, recovered: false, reason: 'forbidden' } } })
    expect(told).toEqual([['left', { room, reason: 'forbidden' }]])
  })

  it('and whose hole in the history is forbidden meanwhile, is told that the room is over', async () => {
    const { bind, last, told } = await away()
    await bind({ rooms: { [room]: { seq: 1_500, recovered: false, reason: 'too_many' } } })
    last().refuse(last().take('list-messages'), 'forbidden')
    expect(told).toEqual([['left', { room, reason: 'forbidden' }]])
  })

  it.each(['ahead', 'epoch'] as const)('to a store that is another one (%s) is told, and starts over', async (reason) => {
    const { bind, last, told } = await away()
    await bind({ rooms: { [room]: { seq: 2, recovered: false, reason } }, epoch: 'e2' })
    last().answer(last().take('list-chats'), { chats: [{ ...chatOf(room), seq: 2 }] })
    last().say(messageFrame(3))
    expect(told).toEqual([['reset', { room, seq: 2, reason }], ['chat', { ...chatOf(room), seq: 2 }], message(3)])
  })

  it('names no more rooms than the service takes; the rest it asks for only if something was missed', async () => {
    const rooms = Object.fromEntries(Array.from({ length: 503 }, (_, n) => [roomOf(n), 4]))
    const { bind, last, told } = await away(rooms)
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
    last().say(messageFrame(5, over))
    last().answer(rest, {
      rooms: { [over]: { seq: 5, recovered: true }, [ahead]: { seq: 3, recovered: false, reason: 'ahead' } },
      epoch: 'e1',
    })
    expect(told).toEqual([message(5, over), ['reset', { room: ahead, seq: 3, reason: 'ahead' }]])
  })

  it('starts a room over where the service takes back what it has sent, with its chat, and goes on after that seq', async () => {
    const { joined, told } = script()
    const socket = await joined({ [room]: 4 })
    for (const seq of [5, 6, 7]) socket.say(messageFrame(seq))
    socket.say({ event: 'reset', body: { room, seq: 5, reason: 'ahead' } })
    socket.say(messageFrame(6))
    socket.answer(socket.take('list-chats'), { chats: [{ ...chatOf(room), seq: 6 }] })
    const request = socket.take('resume')
    expect(request.body).toMatchObject({ rooms: { [room]: 5 } })
    socket.say(messageFrame(6))
    socket.answer(request, { rooms: { [room]: { seq: 6, recovered: true } }, epoch: 'e1' })
    expect(told).toEqual([
      ...messages(5, 7),
      ['reset', { room, seq: 5, reason: 'ahead' }],
      ['chat', { ...chatOf(room), seq: 5 }],
      message(6),
    ])
  })

  it('asks about the rooms that it could not name and that the service does not speak of: they may be over', async () => {
    const rooms = Object.fromEntries(Array.from({ length: 502 }, (_, n) => [roomOf(n), 4]))
    const { bind, last, told } = await away(rooms)
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
    expect(told).toEqual([['left', { room: roomOf(501), reason: 'forbidden' }]])
  })

  it('starts over with the rooms that it could not name, too, where the store is another one', async () => {
    const rooms = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [roomOf(n), 4]))
    const { bind, told } = await away(rooms)
    const named = Object.fromEntries(
      Object.keys(rooms)
        .slice(0, 500)
        .map((name) => [name, { seq: 4, recovered: false, reason: 'epoch' }]),
    )
    await bind({ rooms: named, others: { [roomOf(500)]: 4 }, epoch: 'e2' })
    expect(told.filter(([name]) => name === 'reset')).toHaveLength(501)
  })
})
