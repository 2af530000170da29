import { describe, expect, it } from 'vitest'
import { openSocket } from '../support/client/chat-socket.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { rawUpgrade } from '../support/client/raw-socket.ts'
import { until } from '../support/poll.ts'
import { burst, floodByAddress, floodByUser, floodOfPings, resetUpgrade, residentBytes } from './floods.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asService, asUser, fromElsewhere } from './guarded-chat.ts'

const mebibyte = 1_024 * 1_024

export const floodsSuite = (open: () => GuardedChat): void => {
  const url = (): string => open().urls[0]
  const guest = async (name = freshName('ann')) => ({ ...(await asUser(name)), ...fromElsewhere() })

  describe('a flood', () => {
    it('by one socket is rate limited, then closed, and may reconnect', async () => {
      await using socket = await openSocket(url(), await guest())
      const { accepted, refusals } = await burst(socket, 2_000)
      expect(accepted).toBeGreaterThanOrEqual(300)
      expect(accepted).toBeLessThan(1_500)
      expect(refusals.length).toBeGreaterThanOrEqual(100)
      for (const { error, id } of refusals) {
        expect(id).toMatch(/^f\d+$/)
        expect(error).toMatchObject({ code: 'rate_limited', retryable: true, details: { limit: expect.any(String) } })
        expect(error?.retry_after_ms).toBeGreaterThan(0)
      }
      expect((await socket.closed).code).toBe(4002)
    })

    it('by one user is rate limited over all gateways', async () => {
      const startedAt = performance.now()
      const { accepted, refusals } = await floodByUser(open())
      const filled = ((performance.now() - startedAt) / 1_000) * 20
      // The burst, the refill of a minute, and requests that the two gateways have not shared yet.
      expect(accepted).toBeLessThanOrEqual(300 + filled + 2 * 15 + 20)
      expect(accepted).toBeGreaterThan(250)
      for (const { error } of refusals) expect(error).toMatchObject({ code: 'rate_limited', details: { limit: 'user' } })
    })

    it('by one address is rate limited, whatever address its headers claim', async () => {
      const startedAt = performance.now()
      const { accepted, refusals } = await floodByAddress(open(), 10, 250)
      const filled = ((performance.now() - startedAt) / 1_000) * 100
      expect(accepted).toBeLessThanOrEqual(open().urls.length * 1_000 + filled + 100)
      expect(refusals.map(({ error }) => error?.details)).toContainEqual({ limit: 'address' })
    })

    it('of errors is closed with a final code', async () => {
      await using socket = await openSocket(url(), await guest())
      const { refusals } = await burst(socket, 250, () => '{"event":"nonsense","body":{}}')
      expect(refusals.map(({ error }) => error?.code)).toContain('unknown_event')
      expect((await socket.closed).code).toBe(4500)
    })

    it('of errors between valid requests is closed too', async () => {
      await using socket = await openSocket(url(), await guest())
      let turn = 0
      const mixed = (id: string): string => {
        turn += 1
        return turn % 2 === 0 ? 'nonsense' : JSON.stringify({ event: 'ping', id, body: {} })
      }
      await burst(socket, 290, mixed)
      expect((await socket.closed).code).toBe(4500)
    })

    it('of commands into rooms of other users is rate limited', async () => {
      const [inside, outside] = [freshName('in'), freshName('out')]
      await using ann = await personOn(url(), inside, undefined, await guest(inside))
      await using eve = await personOn(url(), outside, undefined, await guest(outside))
      const { room } = await ann.createChat('own', [])
      const send = (id: string): string =>
        JSON.stringify({ event: 'new-message', id, room, body: { msg: 'let me in', type: 'text' } })
      const { accepted, refusals } = await burst(eve.socket, 60, send)
      const limits = refusals.flatMap(({ error }) => (error?.code === 'rate_limited' ? [error.details?.limit] : []))
      expect(accepted).toBe(0)
      expect(new Set(limits)).toEqual(new Set(['stranger']))
      expect(limits.length).toBeGreaterThanOrEqual(20)
      expect((await burst(ann.socket, 60, send)).accepted).toBe(60)
    })

    it('of strangers added to chats is rate limited', async () => {
      const name = freshName('ann')
      await using ann = await personOn(url(), name, undefined, await guest(name))
      // By the price of its users alone, a third such request would be within the burst.
      const users = Array.from({ length: 900 }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`)
      const errors: unknown[] = []
      for (let times = 0; times < 3; times += 1) {
        errors.push((await ann.socket.request('create-chat', { chat: { name: 'all' }, users })).error)
      }
      expect(errors).toMatchObject([
        { code: 'unknown_user' },
        { code: 'unknown_user' },
        { code: 'rate_limited', details: { limit: 'users_added' } },
      ])
    })

    it('of requests with many users is rate limited, whether they add, remove or look up', async () => {
      const users = Array.from({ length: 1_000 }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`)
      for (const event of ['remove-users', 'get-users']) {
        const name = freshName('ann')
        await using ann = await personOn(url(), name, undefined, await guest(name))
        const { room } = await ann.createChat('own', [])
        const send = (id: string): string =>
          JSON.stringify({ event, id, ...(event === 'get-users' ? {} : { room }), body: { users } })
        const { accepted, refusals } = await burst(ann.socket, 20, send)
        expect(accepted).toBeLessThanOrEqual(3)
        expect(refusals.map(({ error }) => error?.details)).toContainEqual({ limit: 'user' })
      }
    })

    it('of large messages is rate limited', async () => {
      const name = freshName('ann')
      await using ann = await personOn(url(), name, undefined, await guest(name))
      const { room } = await ann.createChat('own', [])
      const send = (id: string): string =>
        JSON.stringify({ event: 'new-message', id, room, body: { msg: '\u20ac'.repeat(16_000), type: 'text' } })
      const { accepted, refusals } = await burst(ann.socket, 60, send)
      expect(accepted).toBeGreaterThanOrEqual(20)
      expect(accepted).toBeLessThanOrEqual(40)
      expect(refusals.map(({ error }) => error?.details)).toContainEqual({ limit: 'user' })
    })

    it('of upgrades by one address is rate limited, even if all are refused', async () => {
      const from = fromElsewhere()
      const statuses: number[] = []
      for (let tries = 0; tries < 80; tries += 1) {
        await using socket = await rawUpgrade(url(), { ...from, Authorization: 'Bearer garbage' })
        statuses.push(await socket.status())
      }
      expect(new Set(statuses)).toEqual(new Set([401, 429]))
      await using socket = await rawUpgrade(url(), { ...from, ...(await asUser(freshName('late'))) })
      expect(await socket.head()).toMatch(/^HTTP\/1\.1 429 .*Retry-After: \d+/s)
      await using other = await rawUpgrade(url(), await guest())
      expect(await other.status()).toBe(101)
    })

    it('of upgrades that are reset during the token verification does not use up the sessions of their user', async () => {
      const user = await asUser(freshName('moving'))
      for (let reset = 0; reset < 400; reset += 1) await resetUpgrade(url(), { ...user, ...fromElsewhere() }, reset % 20)
      await until('all sessions of the user', async () => {
        await using owned = new AsyncDisposableStack()
        const statuses: number[] = []
        for (let opened = 0; opened < 5; opened += 1) {
          statuses.push(await owned.use(await rawUpgrade(url(), { ...user, ...fromElsewhere() })).status())
        }
        return statuses.every((status) => status === 101)
      })
      await using socket = await openSocket(url(), { ...user, ...fromElsewhere() })
      expect((await socket.request('create-user', {})).error).toBeUndefined()
    })

    it('of pings by a socket that reads no pong is closed, and does not grow memory', async () => {
      const before = residentBytes(open().pids())
      const sent = await floodOfPings(url())
      expect(sent).toBeLessThan(25 * mebibyte)
      expect(residentBytes(open().pids()) - before).toBeLessThan(100 * mebibyte)
    })
  })

  describe('sockets above a limit', () => {
    const fill = async (owned: AsyncDisposableStack, count: number, headers: () => Promise<Readonly<Record<string, string>>>) => {
      const statuses: number[] = []
      for (let opened = 0; opened < count; opened += 1) {
        const socket = owned.use(await rawUpgrade(url(), await headers()))
        statuses.push(await socket.status())
      }
      return statuses
    }
    const livesOn = async (): Promise<void> => {
      await using socket = await openSocket(url(), await guest())
      expect((await socket.request('ping', {})).body).toHaveProperty('now')
    }

    it('of one user are refused with Retry-After', async () => {
      await using owned = new AsyncDisposableStack()
      const user = await asUser(freshName('many'))
      expect(await fill(owned, 6, async () => ({ ...user, ...fromElsewhere() }))).toEqual([101, 101, 101, 101, 101, 429])
      await livesOn()
    })

    it('of one address are refused with Retry-After', async () => {
      await using owned = new AsyncDisposableStack()
      const from = fromElsewhere()
      const statuses = await fill(owned, 11, async () => ({ ...(await asUser(freshName('many'))), ...from }))
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 101), 429])
      await livesOn()
    })

    it('without users are refused for now, and bound sockets stay open', async () => {
      await using owned = new AsyncDisposableStack()
      await using bound = await openSocket(url(), await guest())
      await bound.request('create-user', {})
      const statuses = await fill(owned, 41, guest)
      expect(statuses.slice(0, 40)).toEqual(Array.from({ length: 40 }, () => 101))
      expect(statuses[40]).toBe(503)
      await using service = await rawUpgrade(url(), await asService())
      expect(await service.head()).toMatch(/^HTTP\/1\.1 503 .*Retry-After: \d+/s)
      expect((await bound.request('ping', {})).body).toHaveProperty('now')
    })

    it('of one gateway are refused for now, and open sockets stay open', async () => {
      await using owned = new AsyncDisposableStack()
      await using first = await openSocket(url(), await asService())
      const statuses = await fill(owned, 60, asService)
      expect(statuses.filter((status) => status === 101)).toHaveLength(59)
      expect(statuses.at(-1)).toBe(503)
      expect((await first.request('ping', {})).body).toHaveProperty('now')
    })
  })
}
