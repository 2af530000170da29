import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChatSocket } from '../../support/client/chat-socket.ts'
import { openSocket } from '../../support/client/chat-socket.ts'
import { rawSocket, rawUpgrade, upgradeHead } from '../../support/client/raw-socket.ts'
import { secretIssuer, testSecret } from '../../support/issuer.ts'
import type { SmallChat } from '../../support/small-chat/small-chat.ts'
import { startSmallChat } from '../../support/small-chat/small-chat.ts'

const issuer = secretIssuer()
const quick = { DRAIN_OVERLAP_MS: '1', DRAIN_WINDOW_MS: '1' }
const env = { AUTH: 'jwt', JWT_SECRET: testSecret, JWT_LEEWAY_S: '0', ALLOWED_ORIGINS: 'https://app.example', ...quick }

const refused = async (chat: SmallChat, reason: string): Promise<number> => {
  const { values } = await chat.metrics.upgradesRefused.get()
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0
}

/** Binds by the token alone; the user's id. */
const bind = async (socket: ChatSocket): Promise<string> => {
  const { body = {} } = await socket.request('create-user', {})
  return (body.user as { id: string }).id
}

describe('The door', () => {
  let chat: SmallChat
  let good: string
  beforeAll(async () => {
    chat = await startSmallChat(env)
    good = await issuer.token()
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  it.each([
    ['no token', {}, 401, 'token_missing'],
    ['garbage for a token', { Authorization: 'Bearer garbage' }, 401, 'token_invalid'],
    ['an origin that is not allowed', { Origin: 'https://evil.example' }, 403, 'origin'],
    ['an origin of null', { Origin: 'null' }, 403, 'origin'],
  ])('is closed to %s', async (_, headers, status, reason) => {
    const before = await refused(chat, reason)
    await using socket = await rawUpgrade(chat.url, headers)
    expect(await socket.status()).toBe(status)
    await socket.closed
    expect(await refused(chat, reason)).toBe(before + 1)
  })

  it('says how to ask', async () => {
    await using socket = await rawUpgrade(chat.url)
    expect(await socket.head()).toContain('WWW-Authenticate: Bearer')
  })

  it('is open to a token in the header', async () => {
    await using socket = await rawUpgrade(chat.url, { Authorization: `Bearer ${good}` })
    expect(await socket.status()).toBe(101)
  })

  it('is open to a token among the subprotocols, and selects the other one only', async () => {
    await using socket = await rawUpgrade(chat.url, {
      Origin: 'https://app.example',
      'Sec-WebSocket-Protocol': `chat.v1, bearer.${good}`,
    })
    const head = await socket.head()
    expect(head).toMatch(/^HTTP\/1.1 101 .*\r\nSec-WebSocket-Protocol: chat\.v1(\r\n|$)/s)
    expect(head).not.toContain(good.slice(0, 16))
  })

  it('selects nothing where only a token is offered', async () => {
    await using socket = await rawUpgrade(chat.url, { 'Sec-WebSocket-Protocol': `bearer.${good}` })
    expect(await socket.head()).not.toMatch(/sec-websocket-protocol/i)
  })

  it('does not look at a token in the URL', async () => {
    await using socket = await rawUpgrade(`${chat.url}?token=${good}&access_token=${good}`)
    expect(await socket.status()).toBe(401)
  })

  it('leads to one path only', async () => {
    for (const path of ['/', '/ws/', '/WS', '/metrics', '/readyz', '/livez', '/startupz', '/%77s', '//ws', '/../ws', '*']) {
      await using socket = await rawSocket(chat.url)
      socket.write(upgradeHead(chat.url, { Authorization: `Bearer ${good}` }).replace(' /ws ', ` ${path} `))
      expect(await socket.status(), path).toBe(404)
    }
  })

  it('shows nothing of the internal port', async () => {
    for (const path of ['/metrics', '/readyz', '/livez', '/startupz', '/debug', '/..%2fmetrics']) {
      const response = await fetch(chat.url.replace(/^ws/, 'http').replace('/ws', path))
      expect([path, response.status]).toEqual([path, 404])
    }
  })

  it('lets the bearer of a token be whom it names, and nobody else', async () => {
    await using socket = await openSocket(chat.url, { Authorization: `Bearer ${await issuer.token({ sub: 'dora' })}` })
    expect((await socket.request('create-user', { user: { externalUserId: 'eve' } })).error?.code).toBe('forbidden')
    const id = await bind(socket)
    expect((await socket.request('create-user', { user: { externalUserId: 'dora', name: 'other' } })).body?.user).toMatchObject({
      id,
      externalUserId: 'dora',
    })
    expect((await socket.request('create-user', { user: { externalUserId: 'eve' } })).error?.code).toBe('forbidden')
    expect((await socket.request('ping', {}, { as: id })).error?.code).toBe('forbidden')
    expect((await socket.request('get-users', { externalUserIds: ['dora'] })).error?.code).toBe('forbidden')
  })

  it('closes behind a token that has expired, and delivers nothing more', async () => {
    const token = await issuer.token({ sub: 'fay', exp: 2 })
    await using fay = await openSocket(chat.url, { Authorization: `Bearer ${token}` })
    await using guy = await openSocket(chat.url, { Authorization: `Bearer ${await issuer.token({ sub: 'guy' })}` })
    const ids = await Promise.all([fay, guy].map(bind))
    const { room = '' } = await guy.request('create-chat', { chat: { name: 'short' }, users: ids })
    await guy.request('new-message', { msg: 'before', type: 'text' }, { room })
    await fay.seen('the message before', ({ body }) => body?.msg === 'before')
    expect((await fay.closed).code).toBe(4003)
    const { length } = fay.frames
    await guy.request('new-message', { msg: 'after', type: 'text' }, { room })
    expect(fay.frames.slice(length)).toEqual([])
    await using again = await rawUpgrade(chat.url, { Authorization: `Bearer ${token}` })
    expect(await again.status()).toBe(401)
  })

  it('keeps whoever brings a new token in time', async () => {
    await using socket = await openSocket(chat.url, { Authorization: `Bearer ${await issuer.token({ sub: 'hal', exp: 2 })}` })
    const answer = await socket.request('refresh', { token: await issuer.token({ sub: 'hal', exp: 600 }) })
    expect(Date.parse(String(answer.body?.expires_at))).toBeGreaterThan(Date.now() + 500_000)
    await using other = await openSocket(chat.url, { Authorization: `Bearer ${await issuer.token({ sub: 'ian', exp: 2 })}` })
    expect((await other.closed).code).toBe(4003)
    expect((await socket.request('ping', {})).body).toHaveProperty('now')
  })

  it.each([
    ['of somebody else', { sub: 'eve' }],
    ['with more power', { sub: 'jim', role: 'service' }],
    ['that has expired', { sub: 'jim', exp: -1 }],
  ])('closes for good behind a refresh by a token %s', async (_, claims) => {
    await using socket = await openSocket(chat.url, { Authorization: `Bearer ${await issuer.token({ sub: 'jim' })}` })
    socket.sendText(JSON.stringify({ event: 'refresh', id: 'r', body: { token: await issuer.token(claims) } }))
    expect((await socket.closed).code).toBe(4501)
    expect(socket.frames.map(({ error }) => error?.code)).toEqual(['unauthenticated'])
  })

  it('writes no token to the log', async () => {
    expect(chat.log.length).toBeGreaterThan(0)
    for (const line of chat.log) expect(line).not.toContain(good.split('.')[2])
  })
})

describe('A door without authentication', () => {
  let chat: SmallChat
  beforeAll(async () => {
    chat = await startSmallChat(quick)
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  it('says so', () => {
    expect(chat.log.join('')).toContain('authentication is off')
  })

  it.each([
    ['a program', {}, 101],
    ['a page from here', { Origin: 'http://127.0.0.1:1', Host: '127.0.0.1:1' }, 101],
    ['a page from elsewhere', { Origin: 'https://evil.example' }, 403],
    ['a page of a name that leads here by a trick', { Origin: 'http://evil.example:1', Host: 'evil.example:1' }, 403],
  ])('opens to %s: %j %i', async (_, headers, status) => {
    await using socket = await rawUpgrade(chat.url, headers)
    expect(await socket.status()).toBe(status)
  })

  it('needs no token to refresh, and asks for a user to bind', async () => {
    await using socket = await openSocket(chat.url)
    expect((await socket.request('refresh', { token: 'any' })).body).toEqual({})
    expect((await socket.request('create-user', {})).error).toMatchObject({ code: 'invalid', details: { field: 'body.user' } })
  })
})

describe('The head of an upgrade', () => {
  let chat: SmallChat
  beforeAll(async () => {
    chat = await startSmallChat(quick)
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  it.each([
    ['more headers than any client sends', { X: Array.from({ length: 101 }, () => '1') }, 431],
    ['two thousand and one headers', { X: Array.from({ length: 2_001 }, () => '') }, 431],
    ['headers of more than 16 KiB', { X: 'x'.repeat(17_000) }, 431],
    ['no key', { 'Sec-WebSocket-Key': undefined }, 400],
    ['a key that is too short', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }, 400],
    ['no version', { 'Sec-WebSocket-Version': undefined }, 400],
    ['an old version', { 'Sec-WebSocket-Version': '7' }, 400],
    ['a broken subprotocol', { 'Sec-WebSocket-Protocol': ',chat.v1' }, 400],
    ['another upgrade', { Upgrade: 'h2c' }, 400],
    ['a second host', { Host: ['a', 'b'] }, 400],
    ['a length and chunks', { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }, 400],
    ['a header without a name', { '': 'x' }, 400],
  ])('with %s is refused, and the process lives', async (_, headers, status) => {
    await using socket = await rawUpgrade(chat.url, headers)
    expect(await socket.status()).toBe(status)
    await socket.closed
    await using next = await rawUpgrade(chat.url)
    expect(await next.status()).toBe(101)
  })

  it('offers compression in vain', async () => {
    await using socket = await rawUpgrade(chat.url, { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' })
    expect(await socket.head()).not.toMatch(/extensions/i)
  })

  it('may not be one of another method', async () => {
    await using socket = await rawSocket(chat.url)
    socket.write(upgradeHead(chat.url).replace('GET', 'POST'))
    expect(await socket.status()).toBe(400)
  })
})
