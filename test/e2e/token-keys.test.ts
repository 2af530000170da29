import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { personOn } from '../support/client/person.ts'
import type { Issuer, KeyIssuer } from '../support/issuer.ts'
import { keyIssuer, secretIssuer, testSecret } from '../support/issuer.ts'
import { until } from '../support/poll.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'

const claims = { sub: 'ann', aud: 'chat', iss: 'https://login.example.com/' }
const folder = mkdtempSync(join(tmpdir(), 'token-keys-'))
const file = join(folder, 'jwks.json')

/** As Kubernetes replaces a file: at once. */
const publish = (...issuers: readonly KeyIssuer[]): void => {
  writeFileSync(`${file}.next`, JSON.stringify({ keys: issuers.map(({ publicJwk }) => publicJwk) }))
  renameSync(`${file}.next`, file)
}

const isAccepted = async (url: string, issuer: Issuer): Promise<boolean> => {
  try {
    await using person = await personOn(url, claims.sub, undefined, { authorization: `Bearer ${await issuer.token(claims)}` })
    return person.id !== ''
  } catch {
    return false
  }
}

describe('A rotation of the keys of tokens', () => {
  afterAll(() => rmSync(folder, { recursive: true }))

  it('in a key set needs no restart: the file is read again, and has both keys during the change', async () => {
    const [old, next] = [await keyIssuer('ES256', 'old'), await keyIssuer('ES256', 'next')]
    publish(old)
    await using chat = await startEmbedded({
      AUTH: 'jwt',
      JWT_JWKS: file,
      JWT_AUDIENCE: claims.aud,
      JWT_ISSUER: claims.iss,
      JWKS_COOL_DOWN_MS: '100',
      JWKS_MAX_AGE_MS: '500',
      JWKS_KEEP_MS: '60000',
    })
    await using ann = await personOn(chat.url, claims.sub, undefined, { authorization: `Bearer ${await old.token(claims)}` })
    expect(await isAccepted(chat.url, next)).toBe(false)

    publish(old, next)
    await until('a token of the next key', () => isAccepted(chat.url, next))
    expect(await isAccepted(chat.url, old)).toBe(true)

    publish(next)
    await until('the old key to be withdrawn', async () => !(await isAccepted(chat.url, old)))
    expect(await isAccepted(chat.url, next)).toBe(true)
    // An open session stays until its own token expires.
    const { room } = await ann.createChat('a room', [])
    expect((await ann.say(room, 'still here')).error).toBeUndefined()
  })

  it('by secrets accepts both during the change, and only the new one afterwards', async () => {
    const previous = 'the old secret of the tests, of 32 bytes or more'
    const [old, next] = [secretIssuer(previous), secretIssuer()]
    {
      await using during = await startEmbedded({ AUTH: 'jwt', JWT_SECRET: testSecret, JWT_SECRET_PREVIOUS: previous })
      expect([await isAccepted(during.url, old), await isAccepted(during.url, next)]).toEqual([true, true])
    }
    await using after = await startEmbedded({ AUTH: 'jwt', JWT_SECRET: testSecret })
    expect([await isAccepted(after.url, old), await isAccepted(after.url, next)]).toEqual([false, true])
  })
})
