import { describe, expect, it } from 'vitest'
import { addressKey, clientAddress } from '../../../../services/gateway/admission/client-address.ts'
import { isAcceptedHost, isAcceptedOrigin } from '../../../../services/gateway/admission/origin.ts'
import { tokenOf } from '../../../../services/gateway/admission/token-of.ts'
import { claimUser } from '../../../../services/gateway/requests/claim-user.ts'

/** Headers as they came: one line each, or several under one name. */
const requestWith = (given: Readonly<Record<string, string | readonly string[]>>) => ({
  rawHeaders: Object.entries(given).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value])),
})

describe('The token of a request', () => {
  it.each([
    ['in no header', {}, undefined],
    ['in the header', { authorization: 'Bearer a.b.c' }, 'a.b.c'],
    ['in the header, whatever the case', { authorization: 'bearer   a.b.c ' }, 'a.b.c'],
    ['of another scheme', { authorization: 'Basic YTpi' }, ''],
    ['without a scheme', { authorization: 'a.b.c' }, ''],
    ['with nothing behind the scheme', { authorization: 'Bearer ' }, ''],
    ['in two headers', { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] }, ''],
    ['among the subprotocols', { 'sec-websocket-protocol': 'chat.v1, bearer.a.b.c' }, 'a.b.c'],
    ['first among the subprotocols', { 'sec-websocket-protocol': 'bearer.a.b.c,chat.v1' }, 'a.b.c'],
    ['twice among the subprotocols', { 'sec-websocket-protocol': 'bearer.a, bearer.b' }, ''],
    ['in both places', { authorization: 'Bearer a', 'sec-websocket-protocol': 'chat.v1, bearer.a' }, ''],
    ['in no subprotocol', { 'sec-websocket-protocol': 'chat.v1' }, undefined],
    ['beside a trap', { Authorization: 'Bearer a.b.c', ['__proto__']: 'x' }, 'a.b.c'],
  ])('is found %s', (_, headers, token) => {
    expect(tokenOf(requestWith(headers))).toBe(token)
  })
})

describe('An origin', () => {
  const listed = { allowed: ['https://app.example.com'], isOpen: false }
  const own = { allowed: undefined, isOpen: false }
  const open = { allowed: undefined, isOpen: true }
  const openAndListed = { allowed: ['https://app.example.com', 'http://balancer:8080'], isOpen: true }

  it.each([
    ['none', undefined, true],
    ['the very one', 'https://app.example.com', true],
    ['null', 'null', false],
    ['empty', '', false],
    ['a suffix trick', 'https://app.example.com.evil.com', false],
    ['a prefix trick', 'https://evil-app.example.com', false],
    ['another scheme', 'http://app.example.com', false],
    ['another port', 'https://app.example.com:444', false],
    ['a subdomain', 'https://x.app.example.com', false],
    ['with a path', 'https://app.example.com/', false],
    ['in capitals', 'https://APP.example.com', false],
    ['with a user', 'https://app.example.com@evil.com', false],
  ])('of a list: %s', (_, origin, isWelcome) => {
    const request = requestWith({ host: 'app.example.com', ...(origin === undefined ? {} : { origin }) })
    expect(isAcceptedOrigin(request, listed)).toBe(isWelcome)
  })

  it.each([
    ['https://chat.example', 'chat.example', true],
    ['http://chat.example:8080', 'chat.example:8080', true],
    ['https://evil.com', 'chat.example', false],
    ['http://app.example.com', 'app.example.com', false],
  ])('of the gateway itself is accepted besides a list that does not name its host: %s at %s', (origin, host, isWelcome) => {
    expect(isAcceptedOrigin(requestWith({ origin, host }), listed)).toBe(isWelcome)
  })

  it('named twice is not welcome', () => {
    const origin = ['https://app.example.com', 'https://app.example.com']
    expect(isAcceptedOrigin(requestWith({ origin }), listed)).toBe(false)
  })

  it.each([
    ['http://chat.example:8080', 'chat.example:8080', true],
    ['https://chat.example', 'Chat.Example', true],
    ['https://evil.com', 'chat.example', false],
    ['https://chat.example.evil.com', 'chat.example', false],
    ['https://chat.example:8080', 'chat.example', false],
    ['null', 'null', false],
    ['null', '', false],
  ])('without a list: %s at %s', (origin, host, isWelcome) => {
    expect(isAcceptedOrigin(requestWith({ origin, host }), own)).toBe(isWelcome)
  })

  it.each([
    ['http://127.0.0.1:8080', '127.0.0.1:8080', true],
    ['http://localhost:8080', 'localhost:8080', true],
    ['http://[::1]:8080', '[::1]:8080', true],
    ['http://evil.com:8080', 'evil.com:8080', false],
    ['http://127.0.0.1.evil.com', '127.0.0.1.evil.com', false],
    ['http://localhost.evil.com', 'localhost.evil.com', false],
    ['http://localhost:3000', 'localhost:8080', false],
  ])('with authentication off: %s at %s', (origin, host, isWelcome) => {
    expect(isAcceptedOrigin(requestWith({ origin, host }), open)).toBe(isWelcome)
  })

  it.each([
    ['https://app.example.com', '127.0.0.1:8080', true],
    ['http://127.0.0.1:8080', '127.0.0.1:8080', true],
    ['http://evil.com:8080', 'evil.com:8080', false],
    ['http://evil.com:8080', '127.0.0.1:8080', false],
  ])('with authentication off and a list: %s at %s', (origin, host, isWelcome) => {
    expect(isAcceptedOrigin(requestWith({ origin, host }), openAndListed)).toBe(isWelcome)
  })
})

describe('A Host header', () => {
  const listed = ['https://app.example.com', 'http://balancer:8080']

  it.each([
    ['127.0.0.1:8080', undefined, true],
    ['localhost', undefined, true],
    ['[::1]:8080', undefined, true],
    ['127.0.0.1.evil.com', undefined, false],
    ['localhost.evil.com:8080', undefined, false],
    ['10.0.0.7:8080', undefined, false],
    ['balancer:8080', undefined, false],
    ['', undefined, false],
    ['balancer:8080', listed, true],
    ['Balancer:8080', listed, true],
    ['app.example.com', listed, true],
    ['balancer', listed, false],
    ['balancer:8081', listed, false],
    ['evil.com', listed, false],
    ['127.0.0.1:8080', listed, true],
  ])('%s, with authentication off and the list %j, is accepted: %s', (host, allowed, isAccepted) => {
    expect(isAcceptedHost(requestWith({ host }), { allowed, isOpen: true })).toBe(isAccepted)
  })

  it('is any name with authentication on', () => {
    expect(isAcceptedHost(requestWith({ host: 'chat.example' }), { allowed: undefined, isOpen: false })).toBe(true)
  })
})

describe('The address of a client', () => {
  const address = clientAddress(['10.0.0.0/8', '::1', 'fd00::/8'])

  it.each([
    ['its own', '203.0.113.9', undefined, '203.0.113.9'],
    ['its own, whatever it says of others', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['what the proxy says', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['what the last proxy says, not what the client made up', '10.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['behind two proxies', '10.0.0.1', '203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['that of the proxy, where it says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['that of the proxy, where it says nonsense', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['behind a proxy in the clothes of IPv6', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['behind a proxy of IPv6', 'fd00::7', '2001:db8::1', '2001:db8::1'],
    ['with a port', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['with a port, of IPv6', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['of a proxy whose clients are proxies all the way', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['of nobody', undefined, '203.0.113.9', ''],
  ])('is %s', (_, peer, forwarded, expected) => {
    expect(address(peer, forwarded)).toBe(expected)
  })

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:0db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('%s is counted as %s', (given, key) => {
    expect(addressKey(given)).toBe(key)
  })
})

describe('Whom a create-user means', () => {
  const ann = { isService: false, subject: 'ann' }
  const service = { isService: true, subject: 'back-office' }
  const request = (user?: { externalUserId: string; name?: string }) => ({
    event: 'create-user' as const,
    body: user === undefined ? {} : { user },
  })

  it.each([
    ['the subject of the token', ann, request(), { body: { user: { externalUserId: 'ann' } } }],
    ['the subject, by its name', ann, request({ externalUserId: 'ann', name: 'Ann' }), { body: { user: { name: 'Ann' } } }],
    ['nobody else', ann, request({ externalUserId: 'bob' }), { code: 'forbidden' }],
    ['nobody else, in capitals', ann, request({ externalUserId: 'Ann' }), { code: 'forbidden' }],
    ['anybody, for a service', service, request({ externalUserId: 'bob' }), { body: { user: { externalUserId: 'bob' } } }],
    ['itself, for a service', service, request(), { body: { user: { externalUserId: 'back-office' } } }],
    ['anybody, where tokens are off', { isService: true }, request({ externalUserId: 'bob' }), { body: {} }],
    ['nobody, where tokens are off', { isService: true }, request(), { code: 'invalid', details: { field: 'body.user' } }],
  ])('is %s', (_, principal, asked, expected) => {
    expect(claimUser(principal, asked)).toMatchObject(expected)
  })
})
