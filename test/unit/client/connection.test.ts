import { describe, expect, it } from 'vitest'
import { ChatError } from '../../../shared/client/chat-error.ts'
import { connect } from '../../../shared/client/connect.ts'
import type { SocketConstructor } from '../../../shared/client/socket.ts'
import { closeCodes, mayReconnect } from '../../../shared/protocol/close-codes.ts'
import { bob, messageFrame, room, script, userBody } from './scripted-service.ts'

const codes = Object.values(closeCodes).map(({ code }) => code)
/** Close codes of proxies and runtimes; the service never sends them. */
const neverSent = [1000, 1003, 1005, 1008, 1014, 1015, 3000]
const times = { backoffFirstMs: 1_000, backoffMostMs: 8_000 }

describe('A connection', () => {
  it('is made at once, binds the user, and is reported as online', async () => {
    const { client, clock, sockets, last, states } = script({ user: { externalUserId: 'ann', name: 'Ann' } })
    expect([client.state, client.user]).toEqual([{ state: 'connecting' }, undefined])
    await clock.run(0)
    expect([last().url, last().protocols]).toEqual(['ws://chat.test/ws', ['chat.v1']])
    expect(last().sent).toEqual([])
    last().open()
    const request = last().take('create-user')
    expect(request.body).toEqual({ user: { externalUserId: 'ann', name: 'Ann' }, resume: { rooms: {}, max: 1_000 } })
    last().answer(request, userBody)
    expect(await client.ready()).toEqual(userBody.user)
    expect([client.state, client.user, states]).toEqual([{ state: 'online' }, userBody.user, [{ state: 'online' }]])
    expect(sockets).toHaveLength(1)
  })

  it('is made again with full jitter under a ceiling that doubles', async () => {
    let next = 0.5
    const { clock, sockets, last, states } = script({ random: () => next, times })
    const waits: (readonly [random: number, retryInMs: number])[] = [
      [0.5, 500],
      [0.5, 1_000],
      [0.25, 1_000],
      [0.99, 7_920],
      [0.5, 4_000],
      [0, 0],
    ]
    for (const [random, retryInMs] of waits) {
      await clock.run(0)
      next = random
      last().drop()
      expect(states.at(-1)).toMatchObject({ state: 'offline', retryInMs })
      const before = sockets.length
      if (retryInMs > 0) await clock.run(retryInMs - 1)
      expect(sockets).toHaveLength(before)
      await clock.run(1)
      expect(sockets).toHaveLength(before + 1)
    }
  })

  it('resets the back-off if it lasted long enough; otherwise the back-off continues', async () => {
    const { bind, clock, last, states } = script({ times: { ...times, stableMs: 5_000 } })
    const wait = (): number => (states.at(-1) as { retryInMs: number }).retryInMs
    for (const [lastedMs, expected] of [
      [1_000, 500],
      [1_000, 1_000],
      [4_999, 2_000],
      [5_000, 500],
      [0, 1_000],
    ] as const) {
      await bind()
      await clock.run(lastedMs)
      last().drop(1012)
      expect(wait()).toBe(expected)
      await clock.run(expected)
    }
  })

  it('is closed if it is not bound in time, with an error that names the address', async () => {
    const { clock, sockets, last, states } = script({ times: { connectMs: 3_000 } })
    await clock.run(1_000)
    last().open()
    await clock.run(1_999)
    expect(last().closedByClient).toBeUndefined()
    await clock.run(1)
    expect(last().closedByClient).toBe(1000)
    expect(states.at(-1)).toMatchObject({
      state: 'offline',
      error: { code: 'disconnected', message: 'disconnected: no answer from ws://chat.test/ws within 3000 ms' },
    })
    await clock.run(250)
    expect(sockets).toHaveLength(2)
  })

  it.each([...codes.filter(mayReconnect), ...neverSent])('is made again after close code %i', async (code) => {
    const { bind, clock, sockets, last } = script({ getToken: () => 'token' })
    await bind()
    last().drop(code)
    await clock.run(500)
    expect(sockets).toHaveLength(2)
  })

  it.each(codes.filter((code) => !mayReconnect(code)))('ends the client after close code %i', async (code) => {
    const { client, bind, clock, sockets, last, states } = script()
    await bind()
    const sending = client.send(room, 'never to be answered')
    last().drop(code, 'because')
    await expect(sending).rejects.toMatchObject({ code: 'ended', closeCode: code, message: expect.stringContaining('because') })
    await expect(client.send(room, 'too late')).rejects.toMatchObject({ code: 'ended' })
    expect(states.at(-1)).toMatchObject({ state: 'closed', error: { code: 'ended' } })
    await clock.run(60_000)
    expect(sockets).toHaveLength(1)
  })

  it('is reported as `disconnected`, with its address and its close code, when it is lost', async () => {
    const { bind, last, states } = script()
    await bind()
    last().drop(1008, 'policy')
    expect(states.at(-1)).toMatchObject({
      state: 'offline',
      error: {
        code: 'disconnected',
        closeCode: 1008,
        retryable: true,
        message: 'disconnected: the connection to chat.test was closed: 1008 policy',
      },
    })
  })

  it('is reported with a hint, and with the error of the runtime as the cause, if it never opens', async () => {
    const { clock, last, states } = script()
    await clock.run(0)
    last().fail(new Error('connect ECONNREFUSED'))
    last().drop(1006)
    expect(states.at(-1)).toMatchObject({
      state: 'offline',
      error: {
        code: 'disconnected',
        closeCode: 1006,
        message: expect.stringMatching(/^disconnected: ws:\/\/chat\.test\/ws: no WebSocket was opened; check the address/),
        cause: { message: 'connect ECONNREFUSED' },
      },
    })
  })

  it('ends the client if it is closed with a final code before the user is bound', async () => {
    const { client, clock, last } = script()
    await clock.run(0)
    last().open()
    last().drop(closeCodes.tooManyErrors.code)
    await expect(client.ready()).rejects.toMatchObject({ code: 'ended', closeCode: 4500 })
  })

  it('ends the client if the service refuses the user, with the refusal as the cause', async () => {
    const { client, clock, last } = script()
    await clock.run(0)
    last().open()
    last().refuse(last().take('create-user'), 'forbidden')
    await expect(client.ready()).rejects.toMatchObject({ code: 'ended', cause: { code: 'forbidden' } })
    expect(last().closedByClient).toBe(1000)
  })

  it('is made again no sooner than the service asks if the user cannot be bound now', async () => {
    const { bind, client, clock, sockets, last } = script()
    await clock.run(0)
    last().open()
    last().refuse(last().take('create-user'), 'rate_limited', { retryable: true, retry_after_ms: 9_000 })
    await clock.run(8_999)
    expect(sockets).toHaveLength(1)
    await clock.run(1)
    await bind()
    expect(client.state).toEqual({ state: 'online' })
  })

  it('ends the client if the runtime refuses the address', async () => {
    const broken = class {
      constructor() {
        throw new SyntaxError('invalid address')
      }
    } as unknown as SocketConstructor
    const { client, clock } = script({ WebSocket: broken })
    await clock.run(0)
    await expect(client.ready()).rejects.toMatchObject({ code: 'ended', message: 'ended: SyntaxError: invalid address' })
  })

  it('needs a WebSocket class; the error states how to pass one', () => {
    const kept = globalThis.WebSocket
    Reflect.deleteProperty(globalThis, 'WebSocket')
    try {
      expect(() => connect('ws://chat.test/ws')).toThrow('this runtime has no WebSocket')
    } finally {
      globalThis.WebSocket = kept
    }
  })
})

describe('The address of a connection', () => {
  it.each([
    ['ws://chat.test/ws', 'ws://chat.test/ws'],
    ['http://chat.test:8080', 'ws://chat.test:8080/ws'],
    ['https://chat.test', 'wss://chat.test/ws'],
    ['wss://chat.test/chat/ws?shard=1', 'wss://chat.test/chat/ws?shard=1'],
  ])('%s opens %s', async (given, opened) => {
    const { clock, last } = script({}, given)
    await clock.run(0)
    expect(last().url).toBe(opened)
  })

  it.each(['', 'chat.test', 'ftp://chat.test/ws', 'localhost:8080'])('%j is refused at the call', (given) => {
    expect(() => script({}, given)).toThrow(TypeError)
  })
})

describe('The stack of an error', () => {
  const stackOf = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.catch((thrown: unknown) => thrown)
    return error instanceof Error ? (error.stack ?? '') : ''
  }

  it('shows the caller of the call that failed, after the code and the message', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    const callOfTheApplication = (): Promise<unknown> => client.send(room, 'x')
    const stack = stackOf(callOfTheApplication())
    socket.refuse(socket.take('new-message'), 'forbidden')
    expect(await stack).toMatch(/^ChatError: forbidden: forbidden for the test\n/)
    expect(await stack).toContain('callOfTheApplication')
  })

  it('shows the caller of each call if the client ends', async () => {
    const { client } = script()
    const sendOfTheApplication = (): Promise<unknown> => client.send(room, 'x')
    const readyOfTheApplication = (): Promise<unknown> => client.ready()
    const stacks = Promise.all([stackOf(sendOfTheApplication()), stackOf(readyOfTheApplication())])
    client.close()
    expect(await stacks).toEqual([
      expect.stringContaining('sendOfTheApplication'),
      expect.stringContaining('readyOfTheApplication'),
    ])
  })
})

describe('A connection that receives nothing', () => {
  const silence = { silenceMs: 25_000, pongMs: 10_000 }

  it('is probed with a ping after a silence, and kept while it answers', async () => {
    const { joined, clock, sockets } = script({ times: silence })
    const socket = await joined({})
    await clock.run(24_999)
    expect(socket.sent).toEqual([])
    await clock.run(1)
    socket.answer(socket.take('ping'), { now: '' })
    await clock.run(10_000)
    expect(socket.sent).toEqual([])
    await clock.run(15_000)
    socket.take('ping')
    expect(sockets).toHaveLength(1)
  })

  it('is not probed while frames arrive', async () => {
    const { joined, clock } = script({ times: silence })
    const socket = await joined({ [room]: 1 })
    for (let seq = 2; seq < 12; seq += 1) {
      await clock.run(20_000)
      socket.deliver(messageFrame(seq))
    }
    expect(socket.sent).toEqual([])
  })

  it('is replaced if the ping is not answered', async () => {
    const { joined, clock, states, sockets } = script({ times: silence })
    const socket = await joined({})
    await clock.run(34_999)
    expect(socket.closedByClient).toBeUndefined()
    await clock.run(1)
    expect(socket.closedByClient).toBe(4001)
    expect(states.at(-1)).toMatchObject({ state: 'offline' })
    socket.deliver(messageFrame(9))
    socket.drop(1006)
    await clock.run(250)
    expect(sockets).toHaveLength(2)
  })

  it('is probed at once by `wake`', async () => {
    const { joined, client, clock } = script({ times: silence })
    const socket = await joined({})
    client.wake()
    socket.take('ping')
    await clock.run(10_000)
    expect(socket.closedByClient).toBe(4001)
  })

  it('is made again at once by `wake`, without waiting for the back-off', async () => {
    const { joined, client, clock, sockets } = script({ times: { backoffFirstMs: 60_000, backoffMostMs: 60_000 } })
    const socket = await joined({})
    socket.drop()
    client.wake()
    await clock.run(0)
    expect(sockets).toHaveLength(2)
  })
})

describe('A client that is closed', () => {
  it('closes its socket, fails the calls in flight, and reports its end', async () => {
    const { joined, client, clock, sockets, states } = script()
    const socket = await joined({})
    const sending = client.send(room, 'x')
    const reading = client.users([bob])
    client.close()
    client.close()
    for (const call of [sending, reading, client.send(room, 'y'), client.ready()])
      await expect(call).rejects.toMatchObject({ name: 'ChatError', code: 'closed' })
    expect(socket.closedByClient).toBe(1000)
    expect(states.filter(({ state }) => state === 'closed')).toHaveLength(1)
    await clock.run(60_000)
    expect(sockets).toHaveLength(1)
  })

  it('calls no listener of its rooms any more', async () => {
    const { joined, client, events } = script()
    const socket = await joined({ [room]: 4 })
    client.close()
    socket.deliver(messageFrame(5))
    socket.drop()
    expect(events).toEqual([])
  })

  it('is closed by its signal, also before it has connected', async () => {
    const abort = new AbortController()
    const { joined, client } = script({ signal: abort.signal })
    const socket = await joined({})
    abort.abort()
    expect([socket.closedByClient, client.state.state]).toEqual([1000, 'closed'])
    const late = script({ signal: abort.signal })
    await late.clock.run(1_000)
    expect([late.sockets.length, late.client.state.state]).toEqual([0, 'closed'])
    await expect(late.client.ready()).rejects.toBeInstanceOf(ChatError)
  })

  it('does not bind a connection that opens afterwards', async () => {
    const { client, clock, last, states } = script()
    await clock.run(0)
    client.close()
    last().open()
    expect([last().closedByClient, last().sent, states.at(-1)?.state]).toEqual([1000, [], 'closed'])
  })
})

describe('Waiting for a client to be ready', () => {
  it('stops when its signal is aborted', async () => {
    const { client } = script()
    const abort = new AbortController()
    const waiting = client.ready({ signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(client.ready({ signal: abort.signal })).rejects.toThrow('enough')
  })
})

describe('Listening to a client', () => {
  it('ends when the listener is removed, or its signal is aborted', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 4 })
    const calls: string[] = []
    const abort = new AbortController()
    const off = client.on('message', ({ seq }) => calls.push(`a${seq}`))
    client.on('message', ({ seq }) => calls.push(`b${seq}`), { signal: abort.signal })
    socket.deliver(messageFrame(5))
    off()
    socket.deliver(messageFrame(6))
    abort.abort()
    socket.deliver(messageFrame(7))
    expect(calls).toEqual(['a5', 'b5', 'b6'])
  })

  it('shows every frame in both directions', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    const passed: string[] = []
    client.on('frame', ({ direction, text }) => passed.push(`${direction} ${text}`))
    void client.users([bob]).catch(() => undefined)
    const { id } = socket.take('get-users')
    socket.answer({ event: 'get-users', id, body: {} }, { users: [] })
    expect(passed).toEqual([
      `out {"event":"get-users","id":"${id}","body":{"users":["${bob}"]}}`,
      `in {"event":"get-users","id":"${id}","body":{"users":[]}}`,
    ])
  })

  it('ignores data that is not a frame of the protocol', async () => {
    const { joined, events, clock } = script()
    const socket = await joined({ [room]: 4 })
    for (const text of ['', 'x', '7', 'null', '[]', '{}', '{"event":7}', new Uint8Array(3)]) socket.deliverText(text)
    for (const odd of [{ event: 'later', body: 1 }, { event: 'new-message', room, seq: 'x', body: {} }, { event: 'drain' }])
      socket.deliver(odd)
    socket.deliver({ event: 'error', error: { code: 'invalid', message: 'x', retryable: false } })
    socket.deliver(messageFrame(5))
    await clock.run(10_000)
    expect([events.length, socket.sent]).toEqual([1, []])
  })
})
