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

const faultOf = (result: Authenticated): string => ('fault' in result ? result.fault : 'accepted')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('A token of one of two secrets', () => {
  const other = 'another secret of the tests, of thirty-two bytes and more'
  const { authenticate } = authenticator({ keys: { secret: testSecret, previous: other } })

  it.each([
    ['the present', testSecret, 'accepted'],
    ['the previous', other, 'accepted'],
    ['a third', `${other}, changed`, 'token_invalid'],
  ])('is accepted if it is signed with the present or the previous secret: %s', async (_, secret, result) => {
    expect(faultOf(await authenticate(await secretIssuer(secret).token()))).toBe(result)
  })

  it('is refused after its expiry, signed with either secret', async () => {
    for (const secret of [testSecret, other]) {
      expect(faultOf(await authenticate(await secretIssuer(secret).token({ exp: -60 })))).toBe('token_expired')
    }
  })

  it('is refused once the previous secret is removed', async () => {
    const after = authenticator({ keys: { secret: testSecret } })
    expect(faultOf(await after.authenticate(await secretIssuer(other).token()))).toBe('token_invalid')
  })
})

describe('A token', () => {
  const issuer = secretIssuer()
  const { authenticate } = authenticator({})

  it('yields the time at which it was issued, if it has one', async () => {
    const result = await authenticate(await issuer.token({ iat: -60 }))
    const { principal } = result as Extract<Authenticated, { principal: object }>
    expect(Math.abs((principal.issuedAtMs ?? 0) - Date.now() + 60_000)).toBeLessThan(5_000)
  })

  it('yields its subject and its expiry time', async () => {
    const result = await authenticate(await issuer.token({ sub: 'ann', exp: 600 }))
    expect(result).toEqual({ principal: { isService: false, subject: 'ann', expiresAtMs: expect.any(Number) } })
    const { principal } = result as Extract<Authenticated, { principal: object }>
    expect(Math.abs((principal.expiresAtMs ?? 0) - Date.now() - 605_000)).toBeLessThan(5_000)
  })

  it.each([
    ['service', true],
    ['Service', false],
    ['services', false],
    [['service'], false],
    [true, false],
    [undefined, false],
  ])('with the role %j is the token of a service: %s', async (role, isService) => {
    expect(await authenticate(await issuer.token({ role }))).toMatchObject({ principal: { isService } })
  })

  it.each([
    ['missing', undefined, 'token_missing'],
    ['empty', '', 'token_invalid'],
    ['not a JWT', 'garbage', 'token_invalid'],
    ['three meaningless parts', 'a.b.c', 'token_invalid'],
    ['five parts', 'a.b.c.d.e', 'token_invalid'],
    ['alg none', forgedToken({ alg: 'none' }), 'token_invalid'],
    ['alg None, with a signature', forgedToken({ alg: 'None' }, {}, 'c2ln'), 'token_invalid'],
    ['without alg', forgedToken({}, {}, 'c2ln'), 'token_invalid'],
    ['signed with an algorithm that is not configured', forgedToken({ alg: 'HS512' }, {}, 'c2ln'), 'token_invalid'],
    ['with an unknown critical header', forgedToken({ alg: 'HS256', crit: ['x'], x: 1 }, {}, 'c2ln'), 'token_invalid'],
  ])('that is %s is refused', async (_, token, fault) => {
    expect(faultOf(await authenticate(token))).toBe(fault)
  })

  it.each([
    ['without a subject', { sub: undefined }, 'token_claims'],
    ['with an empty subject', { sub: '' }, 'token_claims'],
    ['with a subject that is not a string', { sub: 7 }, 'token_claims'],
    ['with a subject that is too long', { sub: 'x'.repeat(201) }, 'token_claims'],
    ['with U+0000 in its subject', { sub: 'a\0' }, 'token_claims'],
    ['without an expiry time', { exp: undefined }, 'token_claims'],
    ['that has expired', { exp: -6 }, 'token_expired'],
    ['that is not valid yet', { nbf: 30 }, 'token_early'],
  ])('%s is refused', async (_, claims, fault) => {
    expect(faultOf(await authenticate(await issuer.token(claims)))).toBe(fault)
  })

  it('is accepted within the leeway for clock differences', async () => {
    expect(faultOf(await authenticate(await issuer.token({ exp: -2 })))).toBe('accepted')
    expect(faultOf(await authenticate(await issuer.token({ nbf: 2 })))).toBe('accepted')
  })

  it('is refused if another secret signed it', async () => {
    expect(faultOf(await authenticate(await secretIssuer(`${testSecret}!`).token()))).toBe('token_invalid')
  })

  it('is refused if it was changed', async () => {
    const [header, , signature] = (await issuer.token({ sub: 'ann' })).split('.')
    const [, payload] = (await issuer.token({ sub: 'bob' })).split('.')
    expect(faultOf(await authenticate(`${header}.${payload}.${signature}`))).toBe('token_invalid')
  })

  it.each([
    [100, 105],
    [86_400, 86_400],
    [365 * 86_400, 86_400],
    [1e300, 86_400],
  ])('that expires in %d s opens a session of at most %d s', async (exp, lifeS) => {
    const result = await authenticate(await issuer.token({ exp }))
    const { principal } = result as Extract<Authenticated, { principal: object }>
    expect(Math.abs((principal.expiresAtMs ?? 0) - Date.now() - lifeS * 1_000)).toBeLessThan(5_000)
  })

  it('must name the configured audience and issuer', async () => {
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

  it('is verified by its key of the set, and by no other', async () => {
    const { authenticate, start } = authenticator({ keys: { jwks: place } })
    await start()
    expect(faultOf(await authenticate(await own.token()))).toBe('accepted')
    expect(faultOf(await authenticate(await other.token()))).toBe('token_invalid')
  })

  it('is refused if the public key was used as a secret', async () => {
    const { authenticate } = authenticator({ keys: { jwks: place } })
    const [header, payload] = forgedToken({ alg: 'HS256', kid: 'own' }).split('.')
    const sign = (key: string) => createHmac('sha256', key).update(`${header}.${payload}`).digest('base64url')
    for (const key of [own.publicPem, JSON.stringify(own.publicJwk)]) {
      expect(faultOf(await authenticate(`${header}.${payload}.${sign(key)}`))).toBe('token_invalid')
    }
  })

  it('is not verified with a key that it contains', async () => {
    const { authenticate } = authenticator({ keys: { jwks: place } })
    const token = await other.token()
    const [, payload, signature] = token.split('.')
    const header = Buffer.from(JSON.stringify({ alg: kind, kid: 'other', jwk: other.publicJwk })).toString('base64url')
    expect(faultOf(await authenticate(`${header}.${payload}.${signature}`))).toBe('token_invalid')
  })
})

describe('A key set', () => {
  it('is loaded at the start, and a missing file is an error', async () => {
    for (const [name, text] of [
      ['none.json', undefined],
      ['text.json', 'keys'],
      ['list.json', '[]'],
    ] as const) {
      if (text !== undefined) writeFileSync(join(folder, name), text)
      await expect(authenticator({ keys: { jwks: join(folder, name) } }).start()).rejects.toThrow('JWT_JWKS')
    }
  })

  it('that is not loaded yet makes a token fail with keys_unavailable', async () => {
    const { authenticate, start } = authenticator({ keys: { jwks: 'http://127.0.0.1:1/keys' } })
    await start()
    const result = await authenticate(await (await keyIssuer('ES256', 'k')).token())
    expect(result).toEqual({ fault: 'keys_unavailable', retryInMs: expect.any(Number) })
  })

  it('that was loaded just now makes a token with an unknown key fail with keys_unavailable and a retry time', async () => {
    const [old, next] = [await keyIssuer('ES256', 'old'), await keyIssuer('ES256', 'next')]
    const { authenticate, start } = authenticator({ keys: { jwks: setOf('rotating.json', [old]) } })
    await start()
    setOf('rotating.json', [old, next])
    const result = await authenticate(await next.token())
    expect(result).toEqual({ fault: 'keys_unavailable', retryInMs: expect.any(Number) })
    const { retryInMs = 0 } = result as Extract<Authenticated, { fault: string }>
    expect(retryInMs).toBeGreaterThan(0)
    expect(retryInMs).toBeLessThanOrEqual(defaultTimes.jwksCoolDownMs)
  })

  it('does not use a secret as a key', async () => {
    const file = join(folder, 'oct.json')
    writeFileSync(
      file,
      JSON.stringify({ keys: [{ kty: 'oct', k: Buffer.from(testSecret).toString('base64url'), alg: 'HS256' }] }),
    )
    const { authenticate } = authenticator({ keys: { jwks: file } })
    expect(faultOf(await authenticate(await secretIssuer().token()))).toBe('token_invalid')
  })
})
