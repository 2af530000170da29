import { describe, expect, it } from 'vitest'
import type { UnsentStorage } from '../../../shared/client/unsent.ts'
import { bob, me, messageBody, room, roomOf, script } from './scripted-service.ts'

/** The storage of a browser, in memory. */
const storage = (): UnsentStorage & { readonly entries: Map<string, string> } => {
  const entries = new Map<string, string>()
  return {
    entries,
    get length() {
      return entries.size
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
  }
}
const draft = { id: roomOf(7), msg: 'kept', type: 'text' }

describe('A storage for unsent messages', () => {
  it('holds a message from the call until it is stored', async () => {
    const kept = storage()
    const { joined, client } = script({ storage: kept })
    const socket = await joined({})
    const sending = client.send(room, draft)
    expect([...kept.entries]).toEqual([
      [`chat-client.unsent:ann:${draft.id}`, JSON.stringify([room, { msg: draft.msg, type: draft.type, id: draft.id }])],
    ])
    socket.answer(socket.take('new-message'), messageBody(5, me))
    await sending
    expect(kept.entries.size).toBe(0)
  })

  it.each([
    ['before it has connected', undefined],
    ['before the service has named the user', { user: undefined as never, token: 'a.b.c' }],
    ['while it was connected', {}],
  ])('lets the next process send a message under its id that was given %s', async (when, options) => {
    const kept = storage()
    const first = script({ storage: kept, ...options })
    if (when === 'while it was connected') await first.joined({})
    const sending = first.client.send(room, draft)
    if (when === 'before the service has named the user') await first.joined({})
    first.client.close()
    await expect(sending).rejects.toMatchObject({ code: 'closed' })
    const { joined, clock } = script({ storage: kept })
    const socket = await joined({})
    const request = socket.take('new-message')
    expect([request.room, request.body]).toEqual([room, draft])
    socket.answer(request, messageBody(5, me))
    await clock.run(0)
    expect(kept.entries.size).toBe(0)
  })

  it('does not send a message of its own process twice', async () => {
    const { joined, client } = script({ storage: storage() })
    void client.send(room, draft).catch(() => undefined)
    const socket = await joined({})
    expect(socket.sent.map(({ event }) => event)).toEqual(['new-message'])
  })

  it('forgets a message that is refused', async () => {
    const kept = storage()
    const { joined, client } = script({ storage: kept })
    const socket = await joined({})
    const sending = client.send(room, draft)
    socket.refuse(socket.take('new-message'), 'forbidden')
    await expect(sending).rejects.toMatchObject({ code: 'forbidden' })
    expect(kept.entries.size).toBe(0)
  })

  it('does not give the messages of one user to another', async () => {
    const kept = storage()
    kept.setItem(`chat-client.unsent:ann.bob:${draft.id}`, JSON.stringify([room, draft]))
    const { joined } = script({ storage: kept })
    const socket = await joined({})
    expect([socket.sent, kept.entries.size]).toEqual([[], 1])
  })

  it('does not prevent sending if it is full or contains invalid entries', async () => {
    const kept = storage()
    kept.setItem(`chat-client.unsent:ann:x`, 'garbage')
    const full: UnsentStorage = {
      ...kept,
      length: 1,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError')
      },
    }
    const { joined, client } = script({ storage: full })
    const socket = await joined({})
    const sending = client.send(room, draft)
    socket.answer(socket.take('new-message'), messageBody(5, me))
    expect(await sending).toEqual(messageBody(5, me))
  })
})

describe('The hooks of a client', () => {
  it('receive the end of each request and each state of the connection', async () => {
    const seen: unknown[] = []
    const { joined, bind, client, clock } = script({
      metrics: {
        request: (event, outcome, ms) => seen.push([event, outcome, ms]),
        connection: (state, closeCode) => seen.push([state, closeCode]),
      },
    })
    const socket = await joined({})
    const sending = client.send(room, 'one')
    const first = socket.take('new-message')
    await clock.run(40)
    socket.refuse(first, 'unavailable', { retryable: true, retry_after_ms: 300 })
    await clock.run(300)
    socket.drop(1012)
    await clock.run(250)
    await bind()
    client.close()
    await sending.catch(() => undefined)
    expect(seen).toEqual([
      ['connecting', undefined],
      ['online', undefined],
      ['new-message', 'unavailable', 40],
      ['new-message', 'lost', 0],
      ['offline', 1012],
      ['connecting', undefined],
      ['online', undefined],
      ['new-message', 'lost', 0],
      ['closed', undefined],
    ])
  })

  it('receive log lines with the reason, but without message texts and tokens', async () => {
    const lines: string[] = []
    const logger = { info: (line: string) => lines.push(`info ${line}`), warn: (line: string) => lines.push(`warn ${line}`) }
    const { joined, client } = script({ logger, getToken: () => 'secret.token.x' })
    const socket = await joined({ [room]: 4 })
    void client.send(room, 'a secret').catch(() => undefined)
    socket.deliver({ event: 'reset', body: { room, seq: 3, reason: 'ahead' } })
    socket.drop(1012, 'service restart')
    expect(lines).toEqual([
      'info chat: connecting',
      'info chat: online',
      `warn chat: room ${room} was reset: ahead`,
      'warn chat: offline: disconnected: the connection to chat.test was closed: 1012 service restart',
    ])
  })
})

describe('A user that is given by its external id', () => {
  const cyd = { externalUserId: 'cyd' }

  it('is named by it in the request, because the service finds the user', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    void client.createChat({ name: 'Lunch', users: [bob, cyd], id: room })
    expect(socket.take('create-chat').body).toEqual({ chat: { name: 'Lunch', id: room }, users: [bob, cyd] })
    void client.addUsers(roomOf(2), [cyd], { id: roomOf(3) })
    expect(socket.take('add-users').body).toEqual({ users: [cyd], id: roomOf(3) })
    void client.removeUsers(roomOf(4), [cyd], { id: roomOf(5) })
    expect(socket.take('remove-users').body).toEqual({ users: [cyd], id: roomOf(5) })
  })

  it('fails the call if there is no such user, and the next call is sent', async () => {
    const { joined, client } = script()
    const socket = await joined({})
    const adding = client.addUsers(room, [cyd])
    void client.send(room, 'anyway')
    socket.refuse(socket.take('add-users'), 'unknown_user', { details: { externalUserIds: ['cyd'] } })
    await expect(adding).rejects.toMatchObject({ code: 'unknown_user', details: { externalUserIds: ['cyd'] } })
    expect(socket.take('new-message').body.msg).toBe('anyway')
  })
})
