import { describe, expect, it } from 'vitest'
import type { ChatClient } from '../../../shared/client/chat-client.ts'
import type { ScriptedSocket, SentFrame } from './scripted-service.ts'
import { bob, chatOf, me, messageBody, room, roomOf, script } from './scripted-service.ts'

const level = 2
const idOf = (n: number): string => roomOf(500 + n)
const send = (client: ChatClient, ...numbers: readonly number[]): Promise<unknown>[] =>
  numbers.map((n) => client.send(room, { msg: `${n}`, id: idOf(n) }))

/** Each sent message with the message that it names in `after`. */
const chains = (sent: readonly SentFrame[]): string[] =>
  sent
    .filter(({ event }) => event === 'new-message')
    .map(({ body, after }) => `${body.msg}${after === undefined ? '' : ` after ${Number(after.slice(-3)) - 500}`}`)

const behind = (frame: SentFrame) => ({ retryable: true, details: { after: frame.after } })
const takeAll = (socket: ScriptedSocket): SentFrame[] => [...socket.sent].map(() => socket.take('new-message'))

describe('Messages to one room', () => {
  it('are sent before the earlier ones are confirmed, at most 16, and each names the one before it', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 4 }, { level })
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1)
    void send(client, ...numbers)
    expect(chains(socket.sent)).toEqual(numbers.slice(0, 16).map((n) => (n === 1 ? '1' : `${n} after ${n - 1}`)))
    socket.answer(socket.take('new-message'), messageBody(5, me))
    expect(chains(socket.sent).slice(15)).toEqual(['17 after 16'])
  })

  it('are sent one at a time to a service that does not announce the level', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 4 })
    void send(client, 1, 2)
    expect(chains(socket.sent)).toEqual(['1'])
  })

  it('wait for the create-chat of their room', async () => {
    const { joined, client } = script()
    const socket = await joined({}, { level })
    void client.createChat({ name: 'Lunch', users: [bob], id: room })
    void send(client, 1, 2)
    expect(socket.sent.map(({ event }) => event)).toEqual(['create-chat'])
    socket.answer(socket.take('create-chat'), { chat: chatOf(room), user_id: me })
    expect(chains(socket.sent)).toEqual(['1', '2 after 1'])
  })

  it('are repeated in order after a retryable refusal: first one alone, then one more for each that is stored', async () => {
    const { joined, client, clock } = script()
    const socket = await joined({ [room]: 4 }, { level })
    const calls = send(client, 1, 2, 3, 4, 5)
    const [first, ...others] = takeAll(socket)
    socket.refuse(first as SentFrame, 'rate_limited', { retryable: true, retry_after_ms: 300 })
    for (const frame of others) socket.refuse(frame, 'unavailable', behind(frame))
    await clock.run(299)
    expect(socket.sent).toEqual([])
    await clock.run(1)
    expect(chains(socket.sent)).toEqual(['1'])
    socket.answer(socket.take('new-message'), messageBody(1))
    expect(chains(socket.sent)).toEqual(['2', '3 after 2'])
    for (const frame of takeAll(socket)) socket.answer(frame, messageBody(2))
    expect(chains(socket.sent)).toEqual(['4 after 3', '5 after 4'])
    for (const frame of takeAll(socket)) socket.answer(frame, messageBody(3))
    expect(await Promise.all(calls)).toHaveLength(5)
  })

  it('are not repeated before a message that is repeated later', async () => {
    const { joined, client, clock } = script()
    const socket = await joined({ [room]: 4 }, { level })
    void send(client, 1, 2, 3)
    const [one, two, three] = takeAll(socket) as [SentFrame, SentFrame, SentFrame]
    socket.refuse(two, 'timeout', { retryable: true, retry_after_ms: 1_000 })
    socket.refuse(three, 'unavailable', behind(three))
    socket.answer(one, messageBody(1))
    expect(socket.sent).toEqual([])
    await clock.run(1_000)
    expect(chains(socket.sent)).toEqual(['2', '3 after 2'])
  })

  it('follow one with a final refusal', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 4 }, { level })
    const [first, second] = send(client, 1, 2)
    socket.refuse(socket.take('new-message'), 'invalid')
    await expect(first).rejects.toMatchObject({ code: 'invalid' })
    socket.answer(socket.take('new-message'), messageBody(1))
    await second
  })

  it('are sent again from the first unconfirmed one on a new connection', async () => {
    const { joined, bind, client, clock, last } = script()
    const socket = await joined({ [room]: 4 }, { level })
    void send(client, 1, 2, 3)
    socket.answer(socket.take('new-message'), messageBody(1))
    socket.drop()
    await clock.run(1_000)
    await bind({ level })
    expect(chains(last().sent)).toEqual(['2', '3 after 2'])
  })

  it('follow one that is aborted in flight', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 4 }, { level })
    const abort = new AbortController()
    const given = client.send(room, { msg: '1', id: idOf(1) }, { signal: abort.signal })
    void send(client, 2)
    abort.abort(new Error('aborted by the test'))
    await expect(given).rejects.toThrow('aborted by the test')
    const [, second] = takeAll(socket) as [SentFrame, SentFrame]
    socket.refuse(second, 'unavailable', behind(second))
    expect(chains(socket.sent)).toEqual(['2'])
  })

  it('are sent alone if the id of the one before them does not fit into their frame', async () => {
    const { joined, client } = script({ maxFrameBytes: 1_000 })
    const socket = await joined({ [room]: 4 }, { level })
    void send(client, 1)
    void client.send(room, { msg: 'x'.repeat(300), id: idOf(2) })
    void send(client, 3)
    expect(chains(socket.sent)).toEqual(['1'])
  })
})
