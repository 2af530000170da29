import { describe, expect, it } from 'vitest'
import type { Admission } from '../../../../services/gateway/admission/admission.ts'
import type { Authenticated } from '../../../../services/gateway/admission/auth.ts'
import { TokenLife } from '../../../../services/gateway/session/token-life.ts'
import { closeCodes } from '../../../../shared/protocol/close-codes.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const rig = (forMs: number | undefined) => {
  const clock = virtualClock(seededRandom(1))
  const principal = (subject: string, ms: number | undefined, isService = false) => ({
    isService,
    subject,
    ...(ms === undefined ? {} : { expiresAtMs: clock.nowMs() + ms }),
  })
  const results: Authenticated[] = []
  const said: unknown[] = []
  let isClosed = false
  const fail = (_: unknown, { code, retry_after_ms }: { code: string; retry_after_ms?: number }): void =>
    void said.push(code === 'unavailable' ? [code, retry_after_ms] : code)
  const owner: ConstructorParameters<typeof TokenLife>[0] = {
    get isClosed() {
      return isClosed
    },
    answer: (_, body) => void said.push(JSON.parse(body)),
    fail,
    refuse: (asked, code) => fail(asked, { code }),
    close: ({ code }) => {
      isClosed = true
      said.push(code)
      life.stop()
    },
  }
  const admission: Pick<Admission, 'principal' | 'authenticate'> = {
    principal: principal('ann', forMs),
    authenticate: async () => {
      await clock.sleep(10)
      return results.shift() ?? { fault: 'token_invalid' }
    },
  }
  const life = new TokenLife(owner, admission, clock)
  const refresh = (result: Authenticated): void => {
    results.push(result)
    void life.refresh({ event: 'refresh', body: { token: 't' } })
  }
  return { clock, said, refresh, principal, life, at: (ms: number) => new Date(clock.nowMs() + ms).toISOString() }
}

const minute = 60_000

describe('The lifetime of a token', () => {
  it('closes its session when the token expires, and not before', async () => {
    const { clock, said } = rig(minute)
    await clock.run(minute - 1)
    expect(said).toEqual([])
    await clock.run(1)
    expect(said).toEqual([closeCodes.tokenExpired.code])
  })

  it('never closes the session if the token does not expire', async () => {
    const { clock, said } = rig(undefined)
    await clock.run(365 * 24 * 60 * minute)
    expect(said).toEqual([])
  })

  it('may be longer than the longest timer', async () => {
    const days = 40 * 24 * 60 * minute
    const { clock, said } = rig(days)
    await clock.run(days - 1)
    expect(said).toEqual([])
    await clock.run(1)
    expect(said).toEqual([closeCodes.tokenExpired.code])
  })

  it('is replaced by that of a new token of the same subject', async () => {
    const { clock, said, refresh, principal, at } = rig(minute)
    const end = at(3 * minute)
    refresh({ principal: principal('ann', 3 * minute) })
    await clock.run(2 * minute)
    expect(said).toEqual([{ expires_at: end }])
    await clock.run(minute)
    expect(said).toEqual([{ expires_at: end }, closeCodes.tokenExpired.code])
  })

  it('is answered without an expiry time if the token does not expire', async () => {
    const { clock, said, refresh, principal } = rig(undefined)
    refresh({ principal: principal('ann', undefined) })
    await clock.run(minute)
    expect(said).toEqual([{}])
  })

  it.each([
    ['of another subject', { subject: 'bob', isService: false }],
    ['of another role', { subject: 'ann', isService: true }],
  ])('is not replaced by that of a token %s', async (_, { subject, isService }) => {
    const { clock, said, refresh, principal } = rig(minute)
    refresh({ principal: principal(subject, 3 * minute, isService) })
    await clock.run(100)
    expect(said).toEqual(['unauthenticated', closeCodes.unauthenticated.code])
  })

  it('ends when a new token is refused', async () => {
    const { clock, said, refresh } = rig(minute)
    refresh({ fault: 'token_invalid' })
    await clock.run(2 * minute)
    expect(said).toEqual(['unauthenticated', closeCodes.unauthenticated.code])
  })

  it('continues while tokens cannot be verified', async () => {
    const { clock, said, refresh } = rig(minute)
    refresh({ fault: 'keys_unavailable', retryInMs: 7_000 })
    await clock.run(minute)
    expect(said).toEqual([['unavailable', 7_000], closeCodes.tokenExpired.code])
  })

  it('is refreshed with one token at a time', async () => {
    const { clock, said, refresh, principal } = rig(minute)
    refresh({ principal: principal('ann', 2 * minute) })
    refresh({ principal: principal('ann', 2 * minute) })
    await clock.run(100)
    expect(said).toEqual(['rate_limited', { expires_at: expect.any(String) }])
    refresh({ principal: principal('ann', 2 * minute) })
    await clock.run(100)
    expect(said).toHaveLength(3)
  })

  it('is not extended for a session that has ended during the verification', async () => {
    const { clock, said, refresh, principal } = rig(5)
    refresh({ principal: principal('ann', minute) })
    await clock.run(2 * minute)
    expect(said).toEqual([closeCodes.tokenExpired.code])
  })
})
