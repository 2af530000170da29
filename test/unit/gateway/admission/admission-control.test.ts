import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GuardedChat } from '../../../security/guarded-chat.ts'
import { asUser, guardedEnv } from '../../../security/guarded-chat.ts'
import { upgradeSuite } from '../../../security/upgrade.suite.ts'
import { openSocket } from '../../../support/client/chat-socket.ts'
import { rawSocket, rawUpgrade } from '../../../support/client/raw-socket.ts'
import type { SmallChat } from '../../small-chat.ts'
import { startSmallChat } from '../../small-chat.ts'

const quick = { DRAIN_OVERLAP_MS: '1', DRAIN_WINDOW_MS: '1' }

const refused = async (chat: SmallChat, reason: string): Promise<number> => {
  const { values } = await chat.metrics.upgradesRefused.get()
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0
}

describe('The gateway of an embedded service', () => {
  let chat: SmallChat
  beforeAll(async () => {
    chat = await startSmallChat({ ...guardedEnv, ...quick })
  })
  afterAll(() => chat[Symbol.asyncDispose]())
  const open = (): GuardedChat => ({ urls: [chat.url], internalUrls: [''], pids: () => [], log: () => chat.log })

  upgradeSuite(open)

  it.each([
    ['token_missing', {}],
    ['token_invalid', { Authorization: 'Bearer garbage' }],
    ['origin', { Origin: 'null' }],
    ['malformed', { Host: ['a', 'b'] }],
    ['too_many_headers', { X: Array.from({ length: 101 }, () => '1') }],
  ])('counts a refusal by its reason: %s', async (reason, headers) => {
    const before = await refused(chat, reason)
    await using socket = await rawUpgrade(chat.url, headers)
    await socket.closed
    expect(await refused(chat, reason)).toBe(before + 1)
  })

  it('logs the reason of a refusal, without the token', async () => {
    const { Authorization = '' } = await asUser('canary', { exp: -1 })
    await using socket = await rawUpgrade(chat.url, { Authorization })
    await socket.closed
    expect(chat.log.filter((line) => line.includes('token_expired'))).not.toEqual([])
    for (const part of Authorization.slice(7).split('.').slice(1)) expect(chat.log.join('')).not.toContain(part)
  })
})

describe('A refused origin or host', () => {
  const refuse = async (chat: SmallChat, headers: Readonly<Record<string, string>>): Promise<void> => {
    await using socket = await rawUpgrade(chat.url, headers)
    expect(await socket.status()).toBe(403)
  }
  const hintsIn = (chat: SmallChat): string[] => chat.log.filter((line) => line.includes('was refused:'))

  it('is logged once, with the setting that accepts it', async () => {
    await using chat = await startSmallChat(quick)
    for (let n = 0; n < 3; n += 1) {
      await refuse(chat, { Origin: 'http://localhost:5173' })
      await refuse(chat, { Host: 'chat.test:8080' })
    }
    expect(hintsIn(chat).map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'warn',
        origin: 'http://localhost:5173',
        msg: expect.stringContaining('ALLOWED_ORIGINS'),
      }),
      expect.objectContaining({ level: 'warn', host: 'chat.test:8080', msg: expect.stringContaining('ALLOWED_ORIGINS') }),
    ])
  })

  it('is logged in a bounded number of lines of bounded length, whatever clients send', async () => {
    await using chat = await startSmallChat(quick)
    for (let n = 0; n < 60; n += 1) await refuse(chat, { Origin: `http://${n}.example/${'x'.repeat(1_000)}` })
    const lines = chat.log.filter((line) => line.includes('"origin":"'))
    expect(lines).toHaveLength(50)
    for (const line of lines) expect(line.length).toBeLessThan(500)
    expect(chat.log.join('')).toContain('no longer logged')
  })
})

describe('A gateway without authentication', () => {
  let chat: SmallChat
  beforeAll(async () => {
    chat = await startSmallChat(quick)
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  it('logs that authentication is off', () => {
    expect(chat.log.join('')).toContain('authentication is off')
  })

  it.each([
    ['a program', {}, 101],
    ['a page of this host', { Origin: 'http://127.0.0.1:1', Host: '127.0.0.1:1' }, 101],
    ['a page of another host', { Origin: 'https://evil.example' }, 403],
    ['a page of a name that resolves to this host', { Origin: 'http://evil.example:1', Host: 'evil.example:1' }, 403],
    ['a program that requests a name that resolves to this host', { Host: 'evil.example:1' }, 403],
  ])('answers a request from %s: %j %i', async (_, headers, status) => {
    await using socket = await rawUpgrade(chat.url, headers)
    expect(await socket.status()).toBe(status)
  })

  it('refuses an HTTP request whose Host is a name that resolves to it', async () => {
    await using socket = await rawSocket(chat.url)
    socket.write('POST /api/v1/get-users HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n')
    expect(await socket.status()).toBe(403)
  })

  it.each([
    ['the host of an allowed origin', { Host: 'gateway:8080' }, 101],
    ['a page of this port on loopback', { Origin: 'http://localhost:1', Host: 'localhost:1' }, 101],
    ['a name that resolves to this host', { Origin: 'http://evil.example:1', Host: 'evil.example:1' }, 403],
  ])('listens on all addresses and answers a request for %s: %j %i', async (_, headers, status) => {
    const env = { HOST: '0.0.0.0', AUTH_ALLOW_OFF: 'true', ALLOWED_ORIGINS: 'http://gateway:8080' }
    await using wide = await startSmallChat({ ...quick, ...env })
    await using socket = await rawUpgrade(wide.url, headers)
    expect(await socket.status()).toBe(status)
  })

  it('accepts a refresh with any token, and requires a user in create-user', async () => {
    await using socket = await openSocket(chat.url)
    expect((await socket.request('refresh', { token: 'any' })).body).toEqual({})
    expect((await socket.request('create-user', {})).error).toMatchObject({ code: 'invalid', details: { field: 'body.user' } })
  })

  it('applies no rate limits', async () => {
    await using socket = await openSocket(chat.url)
    const sent = Array.from({ length: 1_000 }, () => socket.request('ping', {}))
    expect((await Promise.all(sent)).filter(({ error }) => error !== undefined)).toEqual([])
  })
})
