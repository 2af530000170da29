import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JSONWebKeySet } from 'jose'
import { jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { createKeySource, NoKeysError } from '../../../../services/gateway/admission/key-source.ts'
import { loadJwks } from '../../../../services/gateway/admission/load-jwks.ts'
import type { KeyIssuer } from '../../../support/issuer.ts'
import { keyIssuer } from '../../../support/issuer.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const coolDownMs = 30_000
const maxAgeMs = 600_000
const keepMs = 3_600_000

let first: KeyIssuer
let second: KeyIssuer
beforeAll(async () => {
  first = await keyIssuer('ES256', 'first')
  second = await keyIssuer('ES256', 'second')
})

/** The endpoint of an issuer, whose keys the test rotates and which it breaks. */
const rig = () => {
  const clock = virtualClock(seededRandom(1))
  let loads = 0
  let published: readonly KeyIssuer[] | undefined = [first]
  const log: string[] = []
  const source = createKeySource({
    load: async (): Promise<JSONWebKeySet> => {
      loads += 1
      if (published === undefined) throw new Error('down')
      return { keys: published.map(({ publicJwk }) => publicJwk) }
    },
    clock,
    coolDownMs,
    maxAgeMs,
    keepMs,
    log: { info: (_: object, text?: string) => log.push(text ?? ''), warn: (_: object, text?: string) => log.push(text ?? '') },
  })
  let retryInMs = 0
  const accepts = async (issuer: KeyIssuer): Promise<boolean | 'no keys'> => {
    try {
      await jwtVerify(await issuer.token(), source.keyFor)
      return true
    } catch (error) {
      if (!(error instanceof NoKeysError)) return false
      retryInMs = error.retryInMs
      return 'no keys'
    }
  }
  return {
    clock,
    source,
    accepts,
    log,
    loads: () => loads,
    /** The retry time of the last `NoKeysError`. */
    retryInMs: () => retryInMs,
    publish: (...issuers: readonly KeyIssuer[]) => {
      published = issuers
    },
    breakDown: () => {
      published = undefined
    },
  }
}

describe('The key source', () => {
  it('loads the keys once for many tokens', async () => {
    const { source, accepts, loads } = rig()
    await source.start()
    expect(await Promise.all([accepts(first), accepts(first), accepts(first)])).toEqual([true, true, true])
    expect(loads()).toBe(1)
  })

  it('loads the keys once for tokens that arrive at the same time', async () => {
    const { accepts, loads } = rig()
    expect(await Promise.all([accepts(first), accepts(first)])).toEqual([true, true])
    expect(loads()).toBe(1)
  })

  it('loads a new key when the first token with it arrives', async () => {
    const { clock, source, accepts, loads, publish } = rig()
    await source.start()
    publish(first, second)
    await clock.run(coolDownMs)
    expect(await Promise.all([accepts(second), accepts(second)])).toEqual([true, true])
    expect(await accepts(first)).toBe(true)
    expect(loads()).toBe(2)
  })

  it('loads at most once per cool-down, whatever tokens arrive', async () => {
    const { clock, source, accepts, loads } = rig()
    await source.start()
    const strangers = await Promise.all(Array.from({ length: 20 }, (_, n) => keyIssuer('ES256', `stranger-${n}`)))
    for (let round = 0; round < 5; round += 1) {
      expect(await Promise.all(strangers.map(accepts))).not.toContain(true)
      await clock.run(coolDownMs)
    }
    expect(loads()).toBeLessThanOrEqual(5)
    expect(await accepts(first)).toBe(true)
  })

  it('keeps the keys while the endpoint is down, and requests it once per cool-down', async () => {
    const { clock, source, accepts, loads, breakDown, log } = rig()
    await source.start()
    breakDown()
    for (let round = 0; round < 10; round += 1) {
      await clock.run(maxAgeMs / 5)
      expect(await accepts(first)).toBe(true)
      expect(await accepts(second)).toBe('no keys')
    }
    expect(loads()).toBeLessThanOrEqual(1 + 10)
    expect(log).toContain('token keys could not be loaded')
  })

  it('drops a withdrawn key when the set is too old', async () => {
    const { clock, source, accepts, publish } = rig()
    await source.start()
    publish(second)
    await clock.run(maxAgeMs)
    expect(await accepts(first)).toBe(true)
    await clock.run(1)
    expect(await accepts(first)).toBe(false)
    expect(await accepts(second)).toBe(true)
  })

  it('does not verify a token with a key that was withdrawn during a long silence', async () => {
    const { clock, source, accepts, publish, loads } = rig()
    await source.start()
    publish(second)
    await clock.run(30 * keepMs)
    expect(await accepts(first)).toBe(false)
    expect(await accepts(second)).toBe(true)
    expect(loads()).toBe(2)
  })

  it('stops using a set that could not be loaded again for too long, until a load succeeds', async () => {
    const { clock, source, accepts, publish, breakDown, retryInMs } = rig()
    await source.start()
    breakDown()
    await clock.run(keepMs)
    expect(await accepts(first)).toBe(true)
    await clock.run(1)
    expect(await accepts(first)).toBe('no keys')
    expect(retryInMs()).toBe(coolDownMs - 1)
    publish(first)
    await clock.run(coolDownMs)
    expect(await accepts(first)).toBe(true)
  })

  it('fails an unknown key with a retry time within the cool-down, and finally after a load', async () => {
    const { clock, source, accepts, publish, retryInMs, loads } = rig()
    await source.start()
    publish(first, second)
    await clock.run(coolDownMs - 1)
    expect(await accepts(second)).toBe('no keys')
    expect(retryInMs()).toBe(1)
    await clock.run(1)
    expect(await accepts(second)).toBe(true)
    expect(await accepts(await keyIssuer('ES256', 'third'))).toBe('no keys')
    await clock.run(coolDownMs)
    expect(await accepts(await keyIssuer('ES256', 'third'))).toBe(false)
    expect(loads()).toBe(3)
  })

  it('has no keys until a first load succeeds', async () => {
    const { clock, source, accepts, breakDown, publish, loads } = rig()
    breakDown()
    await source.start()
    expect(await accepts(first)).toBe('no keys')
    expect(loads()).toBe(1)
    publish(first)
    await clock.run(coolDownMs)
    expect(await accepts(first)).toBe(true)
  })
})

describe('A key set behind a URL', () => {
  const serve = async (status: number, body: string, headers: Record<string, string> = {}) => {
    const server = createServer((_, response) => {
      response.writeHead(status, headers)
      response.end(body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}/keys`, [Symbol.asyncDispose]: async () => void server.close() }
  }

  it('is loaded', async () => {
    await using place = await serve(200, JSON.stringify({ keys: [first.publicJwk] }))
    expect(await loadJwks(place.url, 5_000)()).toEqual({ keys: [first.publicJwk] })
  })

  it.each([
    ['an error response', 500, '{"keys":[]}', {}],
    ['a redirect', 302, '', { location: 'http://127.0.0.1:1/' }],
    ['a body that is not JSON', 200, '<html>', {}],
    ['a body that is not a key set', 200, '{"kty":"EC"}', {}],
    ['a body that is too large', 200, `{"keys":["${'x'.repeat(1_100_000)}"]}`, {}],
  ])('is not loaded from %s', async (_, status, body, headers) => {
    await using place = await serve(status, body, headers)
    await expect(loadJwks(place.url, 5_000)()).rejects.toThrow()
  })
})
