import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Authenticated } from '../../../../services/gateway/admission/auth.ts'
import { createAuthenticator } from '../../../../services/gateway/admission/authenticate.ts'
import type { JwtConfig } from '../../../../shared/runtime/config/access-config.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { createLogger } from '../../../../shared/runtime/observability/logger.ts'
import { systemClock } from '../../../../shared/runtime/process/system-clock.ts'
import type { KeyIssuer, KeyKind } from '../../../support/issuer.ts'
import { forgedToken, keyIssuer, secretIssuer, testSecret } from '../../../support/issuer.ts'

const folder = mkdtempSync(join(tmpdir(), 'chat-keys-'))
const lines: string[] = []
const log = createLogger({ level: 'debug', name: 'test', write: (line) => lines.push(line) })

const authenticator = (jwt: Partial<JwtConfig>) =>
  createAuthenticator({
    jwt: { keys: { secret: testSecret }, audience: undefined, issuer: undefined, leewayS: 5, lifeMaxS: 86_400, ...jwt },
    clock: systemClock,
    times: defaultTimes,
    log,
  })

const setOf = (name: string, issuers: readonly KeyIssuer[]): string => {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify({ keys: issuers.map(({ publicJwk }) => publicJwk) }))
  return file
}

const faultOf = (verdict: Authenticated): string => ('fault' in verdict ? verdict.fault : 'accepted')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('A token', () => {
  const issuer = secretIssuer()
  const { authenticate } = authenticator({})

  it('names its subject and when its leave ends', async () => {
    const verdict = await authenticate(await issuer.token({ sub: 'ann', exp: 600 }))
    expect(verdict).toEqual({ principal: { isService: false, subject: 'ann', expiresAtMs: expect.any(Number) } })
    const { principal } = verdict as Extract<Authenticated, { principal: object }>
    expect(Math.abs((principal.expiresAtMs ?? 0) - Date.now() - 605_000)).toBeLessThan(5_000)
  })

  it.each([
    ['service', true],
    ['Service', false],
    ['services', false],
    [['service'], false],
    [true, false],
    [undefined, false],
  ])('of the role %j is of a service: %s', async (role, isService) => {
    expect(await authenticate(await issuer.token({ role }))).toMatchObject({ principal: { isService } })
  })

  it.each([
    ['missing', undefined, 'token_missing'],
    ['empty', '', 'token_invalid'],
    ['no token at all', 'garbage', 'token_invalid'],
    ['three parts of nothing', 'a.b.c', 'token_invalid'],
    ['five parts', 'a.b.c.d.e', 'token_invalid'],
    ['alg none', forgedToken({ alg: 'none' }), 'token_invalid'],
    ['alg None, with a signature', forgedToken({ alg: 'None' }, {}, 'c2ln'), 'token_invalid'],
    ['no alg', forgedToken({}, {}, 'c2ln'), 'token_invalid'],
    ['an alg that is not asked for', forgedToken({ alg: 'HS512' }, {}, 'c2ln'), 'token_invalid'],
    ['a critical header that nobody knows', forgedToken({ alg: 'HS256', crit: ['x'], x: 1 }, {}, 'c2ln'), 'token_invalid'],
  ])('that is %s is refused', async (_, token, fault) => {
    expect(faultOf(await authenticate(token))).toBe(fault)
  })

  it.each([
    ['without a subject', { sub: undefined }, 'token_claims'],
    ['of an empty subject', { sub: '' }, 'token_claims'],
    ['of a subject that is no text', { sub: 7 }, 'token_claims'],
    ['of a subject that is too long', { sub: 'x'.repeat(201) }, 'token_claims'],
    ['of a subject with U+0000', { sub: 'a\0' }, 'token_claims'],
    ['without an end', { exp: undefined }, 'token_claims'],
    ['that has expired', { exp: -6 }, 'token_expired'],
    ['that is not valid yet', { nbf: 30 }, 'token_early'],
  ])('%s is refused', async (_, claims, fault) => {
    expect(faultOf(await authenticate(await issuer.token(claims)))).toBe(fault)
  })

  it('is taken within the leeway of clocks', async () => {
    expect(faultOf(await authenticate(await issuer.token({ exp: -2 })))).toBe('accepted')
    expect(faultOf(await authenticate(await issuer.token({ nbf: 2 })))).toBe('accepted')
  })

  it('is refused when another secret signed it', async () => {
    expect(faultOf(await authenticate(await secretIssuer(`${testSecret}!`).token()))).toBe('token_invalid')
  })

  it('is refused when it was changed', async () => {
    const [header, , signature] = (await issuer.token({ sub: 'ann' })).split('.')
    const [, payload] = (await issuer.token({ sub: 'bob' })).split('.')
    expect(faultOf(await authenticate(`${header}.${payload}.${signature}`))).toBe('token_invalid')
  })

  it.each([
    [100, 105],
    [86_400, 86_400],
    [365 * 86_400, 86_400],
    [1e300, 86_400],
  ])('that ends in %d s opens a session of %d s at most', async (exp, lifeS) => {
    const verdict = await authenticate(await issuer.token({ exp }))
    const { principal } = verdict as Extract<Authenticated, { principal: object }>
    expect(Math.abs((principal.expiresAtMs ?? 0) - Date.now() - lifeS * 1_000)).toBeLessThan(5_000)
  })

  it('has to be for this service and of its issuer, once those are configured', async () => {
    const strict = authenticator({ audience: 'chat', issuer: 'https://issuer.example' }).authenticate
    const good = { aud: 'chat', iss: 'https://issuer.example' }
    expect(faultOf(await strict(await issuer.token(good)))).toBe('accepted')
    expect(faultOf(await strict(await issuer.token({ ...good, aud: ['other', 'chat'] })))).toBe('accepted')
    for (const bad of [{ aud: 'other' }, { aud: ['Chat'] }, { iss: 'https://issuer.example/' }, { aud: '' }, { iss: '' }]) {
      expect(faultOf(await strict(await issuer.token({ ...good, ...bad })))).toBe('token_claims')
    }
    expect(faultOf(await strict(await issuer.token({ aud: 'chat' })))).toBe('token_claims')
    expect(faultOf(await strict(await issuer.token({ iss: 'https://issuer.example' })))).toBe('token_claims')
  })

  it('is never in the log', async () => {
    const token = await issuer.token({ sub: 'canary' })
    await authenticate(`${token}x`)
    expect(lines.filter((line) => line.includes(token.slice(0, 20)))).toEqual([])
  })
})

describe.each<KeyKind>(['RS256', 'ES256', 'EdDSA'])('A token signed by %s', (kind) => {
  let own: KeyIssuer
  let other: KeyIssuer
  let place: string
  beforeAll(async () => {
    own = await keyIssuer(kind, 'own')
    other = await keyIssuer(kind, 'own')
    place = setOf(`${kind}.json`, [own])
  })

  it('is taken by the key of the set, and by no other', async () => {
    const { authenticate, start } = authenticator({ keys: { jwks: place } })
    await start()
    expect(faultOf(await authenticate(await own.token()))).toBe('accepted')
    expect(faultOf(await authenticate(await other.token()))).toBe('token_invalid')
  })

  it('is not to be had by the public key as a secret', async () => {
    const { authenticate } = authenticator({ keys: { jwks: place } })
    const [header, payload] = forgedToken({ alg: 'HS256', kid: 'own' }).split('.')
    const sign = (key: string) => createHmac('sha256', key).update(`${header}.${payload}`).digest('base64url')
    for (const key of [own.publicPem, JSON.stringify(own.publicJwk)]) {
      expect(faultOf(await authenticate(`${header}.${payload}.${sign(key)}`))).toBe('token_invalid')
    }
  })

  it('brings no key of its own', async () => {
    const { authenticate } = authenticator({ keys: { jwks: place } })
    const token = await other.token()
    const [, payload, signature] = token.split('.')
    const header = Buffer.from(JSON.stringify({ alg: kind, kid: 'other', jwk: other.publicJwk })).toString('base64url')
    expect(faultOf(await authenticate(`${header}.${payload}.${signature}`))).toBe('token_invalid')
  })
})

describe('A set of keys', () => {
  it('is looked for at the start, and missed there', async () => {
    for (const [name, text] of [
      ['none.json', undefined],
      ['text.json', 'keys'],
      ['list.json', '[]'],
    ] as const) {
      if (text !== undefined) writeFileSync(join(folder, name), text)
      await expect(authenticator({ keys: { jwks: join(folder, name) } }).start()).rejects.toThrow('JWT_JWKS')
    }
  })

  it('that is not there yet says nothing about a token', async () => {
    const { authenticate, start } = authenticator({ keys: { jwks: 'http://127.0.0.1:1/keys' } })
    await start()
    const verdict = await authenticate(await (await keyIssuer('ES256', 'k')).token())
    expect(verdict).toEqual({ fault: 'keys_unavailable', retryInMs: expect.any(Number) })
  })

  it('that was loaded just now says nothing about a token of a newer key, and when to try again', async () => {
    const [old, next] = [await keyIssuer('ES256', 'old'), await keyIssuer('ES256', 'next')]
    const { authenticate, start } = authenticator({ keys: { jwks: setOf('rotating.json', [old]) } })
    await start()
    setOf('rotating.json', [old, next])
    const verdict = await authenticate(await next.token())
    expect(verdict).toEqual({ fault: 'keys_unavailable', retryInMs: expect.any(Number) })
    const { retryInMs = 0 } = verdict as Extract<Authenticated, { fault: string }>
    expect(retryInMs).toBeGreaterThan(0)
    expect(retryInMs).toBeLessThanOrEqual(defaultTimes.jwksCoolDownMs)
  })

  it('with a secret in it makes it no key', async () => {
    const file = join(folder, 'oct.json')
    writeFileSync(
      file,
      JSON.stringify({ keys: [{ kty: 'oct', k: Buffer.from(testSecret).toString('base64url'), alg: 'HS256' }] }),
    )
    const { authenticate } = authenticator({ keys: { jwks: file } })
    expect(faultOf(await authenticate(await secretIssuer().token()))).toBe('token_invalid')
  })
})
