import { describe, expect, it } from 'vitest'
import { addressKey, clientAddress } from '../../../../services/gateway/admission/client-address.ts'
import { isAcceptedHost, isAcceptedOrigin } from '../../../../services/gateway/admission/origin.ts'
import { tokenOf } from '../../../../services/gateway/admission/token-of.ts'
import { claimUser } from '../../../../services/gateway/requests/claim-user.ts'

/** Raw headers; a name may have several values. */
const requestWith = (given: Readonly<Record<string, string | readonly string[]>>) => ({
  rawHeaders: Object.entries(given).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value])),
})

describe('The token of a request', () => {
  it.each([
    ['in no header', {}, undefined],
    ['in the header', { authorization: 'Bearer a.b.c' }, 'a.b.c'],
    ['in the header, in another case', { authorization: 'bearer   a.b.c ' }, 'a.b.c'],
    ['of another scheme', { authorization: 'Basic YTpi' }, ''],
    ['without a scheme', { authorization: 'a.b.c' }, ''],
    ['missing after the scheme', { authorization: 'Bearer ' }, ''],
    ['in two headers', { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] }, ''],
    ['among the subprotocols', { 'sec-websocket-protocol': 'chat.v1, bearer.a.b.c' }, 'a.b.c'],
    ['first among the subprotocols', { 'sec-websocket-protocol': 'bearer.a.b.c,chat.v1' }, 'a.b.c'],
    ['twice among the subprotocols', { 'sec-websocket-protocol': 'bearer.a, bearer.b' }, ''],
    ['in both places', { authorization: 'Bearer a', 'sec-websocket-protocol': 'chat.v1, bearer.a' }, ''],
    ['in no subprotocol', { 'sec-websocket-protocol': 'chat.v1' }, undefined],
    ['beside a header named __proto__', { Authorization: 'Bearer a.b.c', ['__proto__']: 'x' }, 'a.b.c'],
  ])('is read if it is %s', (_, headers, token) => {
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
    ['a listed one', 'https://app.example.com', true],
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
  ])('is compared with the list of allowed origins: %s', (_, origin, isAccepted) => {
    const request = requestWith({ host: 'app.example.com', ...(origin === undefined ? {} : { origin }) })
    expect(isAcceptedOrigin(request, listed)).toBe(isAccepted)
  })

  it.each([
    ['https://chat.example', 'chat.example', true],
    ['http://chat.example:8080', 'chat.example:8080', true],
    ['https://evil.com', 'chat.example', false],
    ['http://app.example.com', 'app.example.com', false],
  ])('of the gateway itself is accepted besides a list that does not name its host: %s at %s', (origin, host, isAccepted) => {
    expect(isAcceptedOrigin(requestWith({ origin, host }), listed)).toBe(isAccepted)
  })

  it('is refused if the header is repeated', () => {
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
  ])('is compared with the host of the request if there is no list: %s at %s', (origin, host, isAccepted) => {
    expect(isAcceptedOrigin(requestWith({ origin, host }), own)).toBe(isAccepted)
  })

  it.each([
    ['http://127.0.0.1:8080', '127.0.0.1:8080', true],
    ['http://localhost:8080', 'localhost:8080', true],
    ['http://[::1]:8080', '[::1]:8080', true],
    ['http://evil.com:8080', 'evil.com:8080', false],
    ['http://127.0.0.1.evil.com', '127.0.0.1.evil.com', false],
    ['http://localhost.evil.com', 'localhost.evil.com', false],
    ['http://localhost:3000', 'localhost:8080', false],
  ])('must be that of a loopback page with authentication off: %s at %s', (origin, host, isAccepted) => {
    expect(isAcceptedOrigin(requestWith({ origin, host }), open)).toBe(isAccepted)
  })

  it.each([
    ['https://app.example.com', '127.0.0.1:8080', true],
    ['http://127.0.0.1:8080', '127.0.0.1:8080', true],
    ['http://evil.com:8080', 'evil.com:8080', false],
    ['http://evil.com:8080', '127.0.0.1:8080', false],
  ])('may be a listed one with authentication off: %s at %s', (origin, host, isAccepted) => {
    expect(isAcceptedOrigin(requestWith({ origin, host }), openAndListed)).toBe(isAccepted)
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

  it('is not restricted with authentication on', () => {
    expect(isAcceptedHost(requestWith({ host: 'chat.example' }), { allowed: undefined, isOpen: false })).toBe(true)
  })
})

describe('The address of a client', () => {
  const address = clientAddress(['10.0.0.0/8', '::1', 'fd00::/8'])

  it.each([
    ['its peer address', '203.0.113.9', undefined, '203.0.113.9'],
    ['its peer address, if the peer is no proxy', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['the address that the proxy reports', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [
      'the address that the last proxy reports, not one that the client wrote',
      '10.0.0.1',
      '198.51.100.1, 203.0.113.9',
      '203.0.113.9',
    ],
    ['found behind two proxies', '10.0.0.1', '203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['that of the proxy, if it reports none', '10.0.0.1', undefined, '10.0.0.1'],
    ['that of the proxy, if it reports an invalid one', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['found behind a proxy with an IPv4-mapped IPv6 address', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['found behind an IPv6 proxy', 'fd00::7', '2001:db8::1', '2001:db8::1'],
    ['read without its port', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['read without its port, for IPv6', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['the farthest proxy, if every hop is one', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['empty without a peer address', undefined, '203.0.113.9', ''],
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

describe('The user of a create-user', () => {
  const ann = { isService: false, subject: 'ann' }
  const service = { isService: true, subject: 'back-office' }
  const request = (user?: { externalUserId: string; name?: string }) => ({
    event: 'create-user' as const,
    body: user === undefined ? {} : { user },
  })

  it.each([
    ['the subject of the token', ann, request(), { body: { user: { externalUserId: 'ann' } } }],
    ['the subject, by its name', ann, request({ externalUserId: 'ann', name: 'Ann' }), { body: { user: { name: 'Ann' } } }],
    ['not another user', ann, request({ externalUserId: 'bob' }), { code: 'forbidden' }],
    ['not another user, in another case', ann, request({ externalUserId: 'Ann' }), { code: 'forbidden' }],
    ['any user, for a service', service, request({ externalUserId: 'bob' }), { body: { user: { externalUserId: 'bob' } } }],
    ['the subject of the token, for a service', service, request(), { body: { user: { externalUserId: 'back-office' } } }],
    ['any user, without authentication', { isService: true }, request({ externalUserId: 'bob' }), { body: {} }],
    ['required without authentication', { isService: true }, request(), { code: 'invalid', details: { field: 'body.user' } }],
  ])('is %s', (_, principal, asked, expected) => {
    expect(claimUser(principal, asked)).toMatchObject(expected)
  })
})
