import { describe, expect, it } from 'vitest'
import { ChatError } from '../../../shared/client/chat-error.ts'
import type { SentFrame } from './scripted-service.ts'
import { bob, chatOf, me, membersFrame, messageBody, messageFrame, room, roomOf, script } from './scripted-service.ts'

const msgs = (sent: readonly SentFrame[]) => sent.map(({ body }) => body.msg)
const unavailable = { retryable: true }

describe('Sending a message', () => {
  it('uses a new message id, and resolves when the message is stored', async () => {
    const { joined, client, events } = script()
    const socket = await joined({ [room]: 4 })
    const sending = client.send(room, 'hello')
    const frame = socket.take('new-message')
    expect(frame).toEqual({
      event: 'new-message',
      id: expect.any(String),
      room,
      body: { msg: 'hello', type: 'text', id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/) },
    })
    socket.deliver({ ...messageFrame(5, room, me), id: frame.id })
    expect(await sending).toEqual(messageBody(5, me))
    expect(events).toEqual([['message', { ...messageBody(5, me), room, seq: 5 }]])
  })

  it('resolves with an answer outside the feed, too; the feed has the message at its seq', async () => {
    const { joined, client, events } = script()
    const socket = await joined({ [room]: 4 })
    const sending = client.send(room, { msg: 'again', type: 'img', id: roomOf(7) })
    const frame = socket.take('new-message')
    expect(frame.body).toEqual({ msg: 'again', type: 'img', id: roomOf(7) })
    socket.answer(frame, messageBody(3, me))
    expect(await sending).toEqual(messageBody(3, me))
    expect(events).toEqual([])
  })

  it('resolves with its feed frame even if earlier frames are missing', async () => {
    const { joined, client, events } = script()
    const socket = await joined({ [room]: 4 })
    const sending = client.send(room, 'hello')
    socket.deliver({ ...messageFrame(6, room, me), id: socket.take('new-message').id })
    expect(await sending).toEqual(messageBody(6, me))
    expect(events).toEqual([])
    socket.take('resume')
  })

  it('keeps the order of all commands of a room, with one in flight at a time', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 4 })
    const calls = [
      client.send(room, 'one'),
      client.addUsers(room, [bob]),
      client.send(room, 'two'),
      client.removeUsers(room, [bob]),
    ]
    const done: unknown[] = []
    for (const call of calls) void call.then((answer) => done.push(answer))
    socket.answer(socket.take('new-message'), messageBody(5))
    expect(socket.sent.map(({ event }) => event)).toEqual(['add-users'])
    socket.answer(socket.take('add-users'), membersFrame('add-users', 6, [bob]).body)
    expect(msgs(socket.sent)).toEqual(['two'])
    socket.answer(socket.take('new-message'), messageBody(7))
    socket.answer(socket.take('remove-users'), membersFrame('remove-users', 8, [bob]).body)
    await Promise.all(calls)
    expect(done).toHaveLength(4)
  })

  it('does not wait for other rooms', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    for (const n of [1, 2, 3]) void client.send(roomOf(n), `to ${n}`)
    expect(msgs(socket.sent)).toEqual(['to 1', 'to 2', 'to 3'])
  })

  it('waits for the create-chat of its room', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    const creating = client.createChat({ name: 'Lunch', users: [bob], id: room })
    void client.send(room, 'first')
    expect(socket.sent.map(({ event }) => event)).toEqual(['create-chat'])
    const frame = socket.take('create-chat')
    expect(frame).toEqual({ event: 'create-chat', id: frame.id, body: { chat: { name: 'Lunch', id: room }, users: [bob] } })
    socket.answer(frame, { chat: chatOf(room), user_id: me })
    expect(await creating).toEqual(chatOf(room))
    expect(msgs(socket.sent)).toEqual(['first'])
  })

  it('has a limited number of requests in flight', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    for (let n = 0; n < 40; n += 1) void client.send(roomOf(n), `to ${n}`)
    expect(socket.sent).toHaveLength(32)
    socket.answer(socket.take('new-message'), messageBody(1))
    expect(socket.sent.at(-1)?.body.msg).toBe('to 32')
  })
})

describe('Sending with an unknown outcome', () => {
  it('continues on a new connection, with the same ids, in the same order', async () => {
    const { joined, bind, client, clock, last } = script()
    const old = await joined({})
    const first = client.send(room, 'one')
    void client.send(room, 'two')
    void client.send(roomOf(2), 'elsewhere')
    const before = old.sent.map(({ body }) => body)
    old.drop()
    void client.send(room, 'while away')
    await clock.run(1_000)
    await bind()
    expect(last().sent.map(({ body }) => body)).toEqual(before)
    last().answer(last().take('new-message'), messageBody(5))
    expect(await first).toEqual(messageBody(5))
    expect(msgs(last().sent)).toEqual(['elsewhere', 'two'])
  })

  it('waits until a connection is open', async () => {
    const { client, clock, last } = script()
    const sending = client.send(room, 'early')
    await clock.run(0)
    last().open()
    expect(last().sent.map(({ event }) => event)).toEqual(['create-user'])
    const request = last().take('create-user')
    last().answer(request, { user: { id: me } })
    last().answer(last().take('new-message'), messageBody(1))
    expect(await sending).toEqual(messageBody(1))
  })

  it.each(['timeout', 'unavailable', 'rate_limited', 'a_later_code'])(
    'is repeated after %s, and keeps its position',
    async (code) => {
      const { joined, client, clock } = script()
      const socket = await joined({})
      const sending = client.send(room, 'one')
      void client.send(room, 'two')
      const first = socket.take('new-message')
      socket.refuse(first, code, { retryable: true, retry_after_ms: 300 })
      await clock.run(299)
      expect(socket.sent).toEqual([])
      await clock.run(1)
      const second = socket.take('new-message')
      expect(second).toEqual(first)
      socket.answer(second, messageBody(5))
      expect(await sending).toEqual(messageBody(5))
      expect(msgs(socket.sent)).toEqual(['two'])
    },
  )

  it('backs off if the service does not send `retry_after_ms`', async () => {
    const { joined, client, clock } = script({ times: { backoffFirstMs: 1_000, backoffMostMs: 3_000 } })
    const socket = await joined({})
    void client.send(room, 'one')
    for (const waitMs of [500, 1_000, 1_500, 1_500]) {
      socket.refuse(socket.take('new-message'), 'unavailable', unavailable)
      await clock.run(waitMs - 1)
      expect(socket.sent).toEqual([])
      await clock.run(1)
    }
  })

  it('backs off beyond `retry_after_ms`, so that clients do not all return at once', async () => {
    const { joined, client, clock } = script({ times: { backoffFirstMs: 1_000, backoffMostMs: 8_000 } })
    const socket = await joined({})
    void client.send(room, 'one')
    for (const waitMs of [1_000, 1_000, 2_000, 4_000]) {
      socket.refuse(socket.take('new-message'), 'unavailable', { retryable: true, retry_after_ms: 1_000 })
      await clock.run(waitMs - 1)
      expect(socket.sent).toEqual([])
      await clock.run(1)
    }
  })

  it('is repeated a second after it exceeded a rate limit, because the service closes a socket that exceeds one more often', async () => {
    const { joined, client, clock } = script()
    const socket = await joined({})
    void client.send(room, 'one')
    const exceeded = { retryable: true, retry_after_ms: 50, details: { limit: 'user' } }
    socket.refuse(socket.take('new-message'), 'rate_limited', exceeded)
    await clock.run(999)
    expect(socket.sent).toEqual([])
    await clock.run(1)
    expect(msgs(socket.sent)).toEqual(['one'])
  })

  it('waits for the end of its pause if the connection is lost during it', async () => {
    const { joined, bind, client, clock, last } = script()
    const old = await joined({})
    void client.send(room, 'one')
    old.refuse(old.take('new-message'), 'rate_limited', { retryable: true, retry_after_ms: 5_000 })
    old.drop()
    await clock.run(1_000)
    await bind()
    expect(last().sent).toEqual([])
    await clock.run(4_000)
    expect(msgs(last().sent)).toEqual(['one'])
  })
})

describe('Sending a message that is refused', () => {
  it('fails with the code, and the next message is sent', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    const sending = client.send(room, 'one')
    void client.send(room, 'two')
    socket.refuse(socket.take('new-message'), 'invalid', { details: { field: 'body.msg', reason: 'not allowed' } })
    await expect(sending).rejects.toBeInstanceOf(ChatError)
    await expect(sending).rejects.toMatchObject({
      code: 'invalid',
      message: 'invalid: invalid for the test',
      retryable: false,
      details: { field: 'body.msg', reason: 'not allowed' },
    })
    expect(msgs(socket.sent)).toEqual(['two'])
  })

  it('fails before it is sent if its frame is larger than the limit', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    const call = client.send(room, '\u0001'.repeat(17_000))
    await expect(call).rejects.toMatchObject({ code: 'invalid', details: { field: 'frame', reason: 'larger than 98304 bytes' } })
    expect(socket.sent).toEqual([])
    void client.send(room, '€'.repeat(16_000))
    expect(socket.sent).toHaveLength(1)
  })

  it('fails at once if the queue is full', async () => {
    const { client, joined } = script({ maxQueued: 3 })
    const calls = [1, 2, 3].map((n) => client.send(room, `${n}`))
    await expect(client.send(room, 'full')).rejects.toMatchObject({ code: 'queue_full', retryable: true })
    const socket = await joined({})
    socket.answer(socket.take('new-message'), messageBody(1))
    await calls[0]
    void client.send(room, 'room again')
    for (const expected of ['2', '3', 'room again']) {
      expect(msgs(socket.sent)).toEqual([expected])
      socket.answer(socket.take('new-message'), messageBody(1))
      await Promise.resolve()
    }
  })
})

describe('Sending that is aborted', () => {
  const reason = new Error('aborted by the test')

  it('does not start if the signal was aborted before the call', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    await expect(client.send(room, 'x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(socket.sent).toEqual([])
  })

  it('never starts if it is aborted while it waits', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    const abort = new AbortController()
    void client.send(room, 'one')
    const given = client.send(room, 'two', { signal: abort.signal })
    void client.send(room, 'three')
    abort.abort(reason)
    await expect(given).rejects.toBe(reason)
    socket.answer(socket.take('new-message'), messageBody(1))
    expect(msgs(socket.sent)).toEqual(['three'])
  })

  it('lets the next message go if it is aborted in flight, and is not repeated', async () => {
    const { joined, bind, client, clock, last } = script()
    const socket = await joined({})
    const abort = new AbortController()
    const given = client.send(room, 'one', { signal: abort.signal })
    void client.send(room, 'two')
    const frame = socket.take('new-message')
    abort.abort(reason)
    await expect(given).rejects.toBe(reason)
    expect(msgs(socket.sent)).toEqual(['two'])
    socket.answer(frame, messageBody(1))
    socket.drop()
    await clock.run(1_000)
    await bind()
    expect(msgs(last().sent)).toEqual(['two'])
  })

  it('is not repeated if it is aborted during its pause', async () => {
    const { joined, client, clock } = script()
    const socket = await joined({})
    const abort = new AbortController()
    const given = client.send(room, 'one', { signal: abort.signal })
    socket.refuse(socket.take('new-message'), 'timeout', unavailable)
    abort.abort(reason)
    await expect(given).rejects.toBe(reason)
    await clock.run(60_000)
    expect(socket.sent.filter(({ event }) => event === 'new-message')).toEqual([])
  })

  it('ignores an abort after it is done', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    const abort = new AbortController()
    const sending = client.send(room, 'one', { signal: abort.signal })
    socket.answer(socket.take('new-message'), messageBody(1))
    abort.abort(reason)
    expect(await sending).toEqual(messageBody(1))
  })
})
