import { describe, expect, it } from 'vitest'
import type { ChatSocket } from '../support/client/chat-socket.ts'
import { openSocket } from '../support/client/chat-socket.ts'
import { createdRoom, freshName } from '../support/client/person.ts'
import { rawSocket, rawUpgrade, upgradeHead } from '../support/client/raw-socket.ts'
import { forgedToken, keyIssuer, secretIssuer } from '../support/issuer.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asUser, fromElsewhere, issuer, rightClaims } from './guarded-chat.ts'

/** Binds the socket to the user of the token. Returns the user's id. */
const bind = async (socket: ChatSocket): Promise<string> => {
  const { body = {} } = await socket.request('create-user', {})
  return (body.user as { id: string }).id
}

const badTokens: readonly (readonly [string, () => Promise<string>])[] = [
  ['garbage', async () => 'garbage'],
  ['with `alg: none`', async () => forgedToken({ alg: 'none' }, rightClaims)],
  ['that claims RS256 instead of HS256', async () => forgedToken({ alg: 'RS256' }, rightClaims, 'c2ln')],
  ['signed by another secret', () => secretIssuer('another secret, of thirty-two bytes at least').token(rightClaims)],
  ['signed by a key', async () => (await keyIssuer('ES256', 'k')).token(rightClaims)],
  ['for another service', () => issuer.token({ ...rightClaims, aud: 'other' })],
  ['of another issuer', () => issuer.token({ ...rightClaims, iss: 'https://other.example' })],
  ['that has expired', () => issuer.token({ ...rightClaims, exp: -1 })],
  ['that is not valid yet', () => issuer.token({ ...rightClaims, nbf: 60 })],
  ['without `exp`', () => issuer.token({ ...rightClaims, exp: undefined })],
  ['without a subject', () => issuer.token({ ...rightClaims, sub: undefined })],
]

const badOrigins = [
  'https://evil.example',
  'null',
  'http://app.example.com',
  'https://app.example.com.evil.com',
  'https://evil-app.example.com',
  'https://app.example.com:444',
  'https://APP.example.com',
  'file://',
]

const badHeads: readonly (readonly [string, Readonly<Record<string, string | readonly string[] | undefined>>, number])[] = [
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
  ['a header with the name __proto__', { ['__proto__']: 'x', 'Sec-WebSocket-Version': '7' }, 400],
  ['two origins', { Origin: ['https://app.example.com', 'https://app.example.com'] }, 403],
]

export const upgradeSuite = (open: () => GuardedChat): void => {
  const url = (): string => open().urls[0]
  const bearer = async (sub = freshName('ann'), more: object = {}) => ({ ...(await asUser(sub, more)), ...fromElsewhere() })

  describe('the upgrade', () => {
    it('is refused without a token, with the authentication scheme in the answer', async () => {
      await using socket = await rawUpgrade(url(), fromElsewhere())
      expect(await socket.head()).toMatch(/^HTTP\/1\.1 401 .*WWW-Authenticate: Bearer/s)
      await socket.closed
    })

    it.each(badTokens)('is refused with a token %s', async (_, make) => {
      const token = await make()
      await using byHeader = await rawUpgrade(url(), { ...fromElsewhere(), Authorization: `Bearer ${token}` })
      expect(await byHeader.status()).toBe(401)
      await using byOffer = await rawUpgrade(url(), { ...fromElsewhere(), 'Sec-WebSocket-Protocol': `chat.v1, bearer.${token}` })
      expect(await byOffer.status()).toBe(401)
    })

    it('is refused with two tokens, and with a token in the URL', async () => {
      const { Authorization } = await asUser(freshName('ann'))
      const token = Authorization?.slice(7)
      await using two = await rawUpgrade(url(), {
        ...fromElsewhere(),
        Authorization,
        'Sec-WebSocket-Protocol': `bearer.${token}`,
      })
      expect(await two.status()).toBe(401)
      await using inUrl = await rawUpgrade(`${url()}?token=${token}&access_token=${token}`, fromElsewhere())
      expect(await inUrl.status()).toBe(401)
    })

    it('is accepted with a token in the header', async () => {
      await using socket = await rawUpgrade(url(), await bearer())
      expect(await socket.status()).toBe(101)
    })

    it('is accepted with a token among the subprotocols, and selects only chat.v1', async () => {
      const { Authorization = '' } = await asUser(freshName('ann'))
      const offer = { 'Sec-WebSocket-Protocol': `chat.v1, bearer.${Authorization.slice(7)}` }
      await using socket = await rawUpgrade(url(), { ...fromElsewhere(), Origin: 'https://app.example.com', ...offer })
      const head = await socket.head()
      expect(head).toMatch(/^HTTP\/1.1 101 .*\r\nSec-WebSocket-Protocol: chat\.v1(\r\n|$)/s)
      expect(head).not.toContain(Authorization.slice(7, 27))
      const { 'Sec-WebSocket-Protocol': only } = { 'Sec-WebSocket-Protocol': `bearer.${Authorization.slice(7)}` }
      await using alone = await rawUpgrade(url(), { ...fromElsewhere(), 'Sec-WebSocket-Protocol': only })
      expect(await alone.head()).not.toMatch(/sec-websocket-protocol/i)
    })

    it.each(badOrigins)('is refused for pages of %s', async (origin) => {
      await using socket = await rawUpgrade(url(), { ...(await bearer()), Origin: origin })
      expect(await socket.status()).toBe(403)
    })

    it.each(badHeads)('is refused with %s, and the process keeps running', async (_, headers, status) => {
      await using socket = await rawUpgrade(url(), { ...(await bearer()), ...headers })
      expect(await socket.status()).toBe(status)
      await socket.closed
      await using next = await rawUpgrade(url(), await bearer())
      expect(await next.status()).toBe(101)
    })

    it('negotiates no compression', async () => {
      const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' }
      await using socket = await rawUpgrade(url(), { ...(await bearer()), ...offer })
      expect(await socket.head()).toMatch(/^HTTP\/1\.1 101 /)
      expect(await socket.head()).not.toMatch(/extensions/i)
    })

    it('is accepted on one path only, by one method', async () => {
      for (const path of ['/', '/ws/', '/WS', '/metrics', '/readyz', '/%77s', '//ws', '/../ws', '*']) {
        await using socket = await rawSocket(url())
        socket.write(upgradeHead(url(), await bearer()).replace(' /ws ', ` ${path} `))
        expect(await socket.status(), path).toBe(404)
      }
      await using post = await rawSocket(url())
      post.write(upgradeHead(url(), await bearer()).replace('GET', 'POST'))
      expect(await post.status()).toBe(400)
    })

    it('gives no access to the routes of the internal port', async () => {
      for (const path of ['/metrics', '/readyz', '/livez', '/startupz', '/debug', '/..%2fmetrics', '/internal']) {
        const response = await fetch(url().replace(/^ws/, 'http').replace('/ws', path))
        expect([path, response.status]).toEqual([path, 404])
      }
    })

    it('binds a socket only to the user of its token', async () => {
      const name = freshName('dora')
      await using socket = await openSocket(url(), await bearer(name))
      expect((await socket.request('create-user', { user: { externalUserId: freshName('eve') } })).error?.code).toBe('forbidden')
      const id = await bind(socket)
      const again = await socket.request('create-user', { user: { externalUserId: name, name: 'other' } })
      expect(again.body?.user).toMatchObject({ id, externalUserId: name })
    })

    it('closes the socket when its token expires, and delivers nothing after that', async () => {
      const { urls } = open()
      await using fay = await openSocket(url(), await bearer(freshName('fay'), { exp: 4 }))
      await using guy = await openSocket(urls[1] ?? urls[0], await bearer(freshName('guy')))
      const users = await Promise.all([fay, guy].map(bind))
      const room = createdRoom(await guy.request('create-chat', { chat: { name: 'short' }, users }))
      await guy.request('new-message', { msg: 'before', type: 'text' }, { room })
      await fay.seen('the message before', ({ body }) => body?.msg === 'before')
      expect((await fay.closed).code).toBe(4003)
      const { length } = fay.frames
      await guy.request('new-message', { msg: 'after', type: 'text' }, { room })
      expect(fay.frames.slice(length)).toEqual([])
    })

    it('keeps a socket open that refreshes its token in time', async () => {
      const name = freshName('hal')
      await using socket = await openSocket(url(), await bearer(name, { exp: 3 }))
      await using other = await openSocket(url(), await bearer(freshName('ian'), { exp: 3 }))
      await Promise.all([socket, other].map(bind))
      const token = await issuer.token({ ...rightClaims, sub: name })
      const { body } = await socket.request('refresh', { token })
      expect(Date.parse(String(body?.expires_at))).toBeGreaterThan(Date.now() + 300_000)
      expect((await other.closed).code).toBe(4003)
      expect((await socket.request('ping', {})).body).toHaveProperty('now')
    })

    it.each([
      ['of another user', { sub: 'eve' }],
      ['with another role', { role: 'service' }],
      ['that has expired', { exp: -1 }],
      ['for another service', { aud: 'other' }],
    ])('closes the socket with 4501 after a refresh with a token %s', async (_, claims) => {
      const name = freshName('jim')
      await using socket = await openSocket(url(), await bearer(name))
      const token = await issuer.token({ ...rightClaims, sub: name, ...claims })
      socket.sendText(JSON.stringify({ event: 'refresh', id: 'r', body: { token } }))
      expect((await socket.closed).code).toBe(4501)
      expect(socket.frames.map(({ error }) => error?.code)).toEqual(['unauthenticated'])
    })
  })

  describe('a member who is removed', () => {
    it('receives nothing more on any gateway, and cannot resume', async () => {
      const { urls } = open()
      const [here, there] = [urls[0], urls[1] ?? urls[0]]
      const name = freshName('out')
      await using ann = await openSocket(there, await bearer())
      await using phone = await openSocket(here, await bearer(name))
      await using desk = await openSocket(there, await bearer(name))
      const users = await Promise.all([ann, phone, desk].map(bind))
      const room = createdRoom(await ann.request('create-chat', { chat: { name: 'club' }, users }))
      await Promise.all([phone, desk].map((socket) => socket.seen('the chat', (frame) => frame.room === room && frame.seq === 1)))
      await ann.request('remove-users', { users: [users[1]] }, { room })
      await Promise.all([phone, desk].map((socket) => socket.seen('the end', (frame) => frame.room === room && frame.seq === 2)))
      await ann.request('new-message', { msg: 'secret', type: 'text' }, { room })
      for (const socket of [phone, desk]) {
        const { body } = await socket.request('resume', { rooms: { [room]: 1 } })
        expect(body?.rooms).toEqual({ [room]: { seq: 0, recovered: false, reason: 'forbidden' } })
        expect((await socket.request('list-messages', { chat: { id: room } })).error?.code).toBe('forbidden')
        expect(socket.feed(room).map(({ seq }) => seq)).toEqual([1, 2])
      }
      await using later = await openSocket(here, await bearer(name))
      await later.request('create-user', { resume: { rooms: { [room]: 0 } } })
      await later.seen('the resume', ({ event }) => event === 'resume')
      expect(later.feed(room)).toEqual([])
    })
  })
}
