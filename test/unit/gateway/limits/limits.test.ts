import { describe, expect, it } from 'vitest'
import type { RateLimiter } from '../../../../services/gateway/limits/rate-limiter.ts'
import { createSessionCounts } from '../../../../services/gateway/limits/session-counts.ts'
import { createSharedBuckets } from '../../../../services/gateway/limits/shared-buckets.ts'
import { TokenBucket } from '../../../../services/gateway/limits/token-bucket.ts'
import { UserRateLimiter } from '../../../../services/gateway/limits/user-rate-limiter.ts'
import type { Charge, RateLimitStore } from '../../../../shared/ports/rate-limit-store.ts'
import type { Request } from '../../../../shared/protocol/requests.ts'
import { defaultRates } from '../../../../shared/runtime/config/rates.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../../../support/simulation/virtual-clock.ts'
import { virtualClock } from '../../../support/simulation/virtual-clock.ts'

const clockOf = (): VirtualClock => virtualClock(seededRandom(1))
const rate = { perMinute: 60, burst: 20 }

/** How many single tokens can be taken at once. */
const takeAll = (bucket: { take(cost: number): number | undefined }): number => {
  let taken = 0
  while (taken < 10_000 && bucket.take(1) === undefined) taken += 1
  return taken
}

describe('A token bucket', () => {
  it('gives a burst, then says how long to wait, then gives by the minute', async () => {
    const clock = clockOf()
    const bucket = new TokenBucket(rate, clock)
    expect(takeAll(bucket)).toBe(20)
    expect(bucket.take(1)).toBe(1_000)
    expect(bucket.take(5)).toBe(5_000)
    await clock.run(999)
    expect(bucket.take(1)).toBe(1)
    await clock.run(1)
    expect(takeAll(bucket)).toBe(1)
    await clock.run(10_000)
    expect(takeAll(bucket)).toBe(10)
  })

  it('never holds more than a burst', async () => {
    const clock = clockOf()
    const bucket = new TokenBucket(rate, clock)
    await clock.run(3_600_000)
    expect(takeAll(bucket)).toBe(20)
    expect(bucket.isFull).toBe(false)
    await clock.run(20_000)
    expect(bucket.isFull).toBe(true)
    bucket.take(-100)
    expect(takeAll(bucket)).toBe(20)
  })

  it('gives what costs more than all of it when it is full, and not before', async () => {
    const clock = clockOf()
    const bucket = new TokenBucket(rate, clock)
    expect(bucket.take(1_000)).toBeUndefined()
    expect(bucket.take(1_000)).toBe(20_000)
    await clock.run(20_000)
    expect(bucket.take(1_000)).toBeUndefined()
  })

  it('gives a share only, where it is told so', async () => {
    const clock = clockOf()
    const bucket = new TokenBucket(rate, clock)
    expect(takeAll({ take: (cost) => bucket.take(cost, 1 / 4) })).toBe(5)
    await clock.run(4_000)
    expect(takeAll({ take: (cost) => bucket.take(cost, 1 / 4) })).toBe(1)
  })
})

/** Shared buckets in memory, with a delay, that can be down. */
const sharedIn = (clock: VirtualClock) => {
  const levels = new Map<string, { level: number; atMs: number }>()
  const told: Charge[] = []
  const state = { isDown: false, gateways: 2 }
  const spendOne = ({ key, cost, rate: { perMinute, burst } }: Charge): number => {
    const kept = levels.get(key) ?? { level: burst, atMs: clock.monotonicMs() }
    const now = clock.monotonicMs()
    const filled = Math.min(burst, kept.level + ((now - kept.atMs) * perMinute) / 60_000)
    const level = Math.max(-burst, filled - cost)
    levels.set(key, { level, atMs: now })
    return level >= 0 ? 0 : Math.ceil((-level * 60_000) / perMinute)
  }
  const rateLimitStore: RateLimitStore = {
    spend: async (items) => {
      await clock.sleep(5)
      if (state.isDown) throw new Error('down')
      told.push(...items)
      return items.map(spendOne)
    },
    get gateways() {
      return state.gateways
    },
    close: async () => undefined,
  }
  return { rateLimitStore, state, told }
}

/** Spends as fast as it can for so long; how much it got. */
const flood = async (clock: VirtualClock, take: (cost: number) => number | undefined, forMs: number): Promise<number> => {
  let got = 0
  for (let ms = 0; ms < forMs; ms += 10) {
    for (let tries = 0; tries < 3; tries += 1) got += take(1) === undefined ? 1 : 0
    await clock.run(10)
  }
  return got
}

describe('A bucket that gateways share', () => {
  it('gives one burst and one rate over both of them, and a part of a burst more at the most', async () => {
    const clock = clockOf()
    const { rateLimitStore } = sharedIn(clock)
    const [one, two] = [createSharedBuckets(rateLimitStore, clock), createSharedBuckets(rateLimitStore, clock)]
    const [here, there] = [one.hold('k', rate), two.hold('k', rate)]
    let got = 0
    for (let ms = 0; ms < 60_000; ms += 20) {
      got += here.take(1) === undefined ? 1 : 0
      got += there.take(1) === undefined ? 1 : 0
      await clock.run(20)
    }
    expect(got).toBeGreaterThanOrEqual(20 + 60 - 5)
    expect(got).toBeLessThanOrEqual(20 + 60 + 5)
  })

  it('pays back what both gave away at the same moment', async () => {
    const clock = clockOf()
    const { rateLimitStore } = sharedIn(clock)
    const [one, two] = [createSharedBuckets(rateLimitStore, clock), createSharedBuckets(rateLimitStore, clock)]
    const [here, there] = [one.hold('k', rate), two.hold('k', rate)]
    expect(takeAll(here) + takeAll(there)).toBe(40)
    await clock.run(100)
    let got = 0
    for (let second = 0; second < 20; second += 1) {
      for (const { take } of [here, there]) got += take(1) === undefined ? 1 : 0
      await clock.run(1_000)
    }
    expect(got).toBeLessThanOrEqual(2)
    await clock.run(3_000)
    expect(takeAll(here)).toBeGreaterThan(0)
  })

  it('follows a user who moves to another gateway', async () => {
    const clock = clockOf()
    const { rateLimitStore } = sharedIn(clock)
    const [one, two] = [createSharedBuckets(rateLimitStore, clock), createSharedBuckets(rateLimitStore, clock)]
    const here = one.hold('k', rate)
    expect(takeAll(here)).toBe(20)
    await clock.run(100)
    const there = two.hold('k', rate)
    const got = await flood(clock, there.take, 1_000)
    expect(got).toBeLessThanOrEqual(3 + 1)
  })

  it('gives each gateway its own share while they cannot tell each other, and all of it again later', async () => {
    const clock = clockOf()
    const { rateLimitStore, state } = sharedIn(clock)
    const buckets = createSharedBuckets(rateLimitStore, clock)
    const held = buckets.hold('k', rate)
    state.isDown = true
    held.take(1)
    await clock.run(100)
    expect(await flood(clock, held.take, 60_000)).toBeLessThanOrEqual(10 + 30 + 1)
    state.isDown = false
    held.take(1)
    await clock.run(60_000)
    held.take(1)
    await clock.run(60_000)
    expect(await flood(clock, held.take, 10_000)).toBeGreaterThanOrEqual(20 + 8)
  })

  it('is told of in few words', async () => {
    const clock = clockOf()
    const { rateLimitStore, told } = sharedIn(clock)
    const held = createSharedBuckets(rateLimitStore, clock).hold('k', { perMinute: 6_000, burst: 1_000 })
    for (let second = 0; second < 60; second += 1) {
      for (let spent = 0; spent < 10; spent += 1) held.take(1)
      await clock.run(1_000)
    }
    expect(told.reduce((sum, { cost }) => sum + cost, 0)).toBeGreaterThan(500)
    expect(told.length).toBeLessThanOrEqual(12)
  })

  it('takes nothing of another key', async () => {
    const clock = clockOf()
    const buckets = createSharedBuckets(undefined, clock)
    expect(takeAll(buckets.hold('a', rate))).toBe(20)
    expect(takeAll(buckets.hold('b', rate))).toBe(20)
    expect(buckets.hold('a', rate).take(1)).toBe(1_000)
  })

  it('is forgotten when it is full and nobody holds it, and not before', async () => {
    const clock = clockOf()
    const buckets = createSharedBuckets(undefined, clock)
    const [spent, kept] = [buckets.hold('spent', { perMinute: 5, burst: 20 }), buckets.hold('kept', rate)]
    takeAll(spent)
    spent.release()
    await clock.run(61_000)
    expect(buckets.size).toBe(2)
    await clock.run(240_000)
    expect(buckets.size).toBe(1)
    kept.release()
    kept.release()
    await clock.run(61_000)
    expect(buckets.size).toBe(0)
  })
})

describe('What a session may ask', () => {
  const message: Request = { event: 'new-message', room: 'r', body: { msg: 'hi', type: 'text' } }
  const adding = (count: number): Request => ({
    event: 'add-users',
    room: 'r',
    body: { users: Array.from({ length: count }, String) },
  })
  const allowanceOf = (rates: Partial<typeof defaultRates>) => {
    const clock = clockOf()
    const buckets = createSharedBuckets(undefined, clock)
    const open = (userKey = 'u', addressKey = 'a') =>
      new UserRateLimiter({ buckets, rates: { ...defaultRates, ...rates }, clock, userKey, addressKey })
    return { clock, buckets, open }
  }

  it('is held to the socket’s own frames', () => {
    const { open } = allowanceOf({ sessionFramesBurst: 3 })
    const [one, two] = [open(), open()]
    for (let frame = 0; frame < 3; frame += 1) expect(one.frame()).toBeUndefined()
    expect(one.frame()).toEqual({ limit: 'session', waitMs: 20 })
    expect(two.frame()).toBeUndefined()
  })

  it('is held to the frames of its address, whoever sends them', () => {
    const { open } = allowanceOf({ addressFramesBurst: 2 })
    expect([open('u').frame(), open('v').frame(), open('w').frame()]).toEqual([
      undefined,
      undefined,
      { limit: 'address', waitMs: 1 },
    ])
    expect(open('w', 'b').frame()).toBeUndefined()
  })

  it('is held to the requests of its user, on whatever socket', () => {
    const { open } = allowanceOf({ userRequestsBurst: 2 })
    expect([open(), open(), open()].map((each) => each.request(message, 100)?.limit)).toEqual([undefined, undefined, 'user'])
    expect(open('v').request(message, 100)).toBeUndefined()
  })

  it('is held to the users it takes into chats', () => {
    const { open } = allowanceOf({ usersAddedBurst: 10 })
    const rateLimiter = open()
    expect(rateLimiter.request(adding(9), 500)).toBeUndefined()
    expect(rateLimiter.request(adding(2), 200)).toEqual({ limit: 'users_added', waitMs: 1_000 })
    expect(rateLimiter.request(message, 100)).toBeUndefined()
    const chat: Request = { event: 'create-chat', body: { chat: { name: 'c' }, users: ['a', 'b'] } }
    expect(open().request(chat, 200)?.limit).toBe('users_added')
  })

  it('pays for a resume by its rooms', () => {
    const { open } = allowanceOf({ userRequestsBurst: 60 })
    const rooms = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [String(n), 1]))
    expect(open().request({ event: 'resume', body: { rooms } }, 20_000)).toBeUndefined()
    expect(open().request({ event: 'create-user', body: { resume: { rooms } } }, 20_000)?.limit).toBe('user')
  })

  it('is held to commands into rooms of others', () => {
    const { open } = allowanceOf({ strangerCommandsBurst: 1 })
    expect([open().nonMember(), open().nonMember()]).toEqual([undefined, { limit: 'stranger', waitMs: 1_000 }])
  })

  it('has patience with so many mistakes', async () => {
    const { clock, open } = allowanceOf({ sessionErrorsBurst: 2 })
    const rateLimiter = open()
    expect([rateLimiter.mayErr(), rateLimiter.mayErr(), rateLimiter.mayErr()]).toEqual([true, true, false])
    await clock.run(1_000)
    expect([rateLimiter.mayErr(), open().mayErr()]).toEqual([true, true])
  })

  it('pays for a request by the users it names', () => {
    const { open } = allowanceOf({ userRequestsBurst: 300, userRequestsPerMinute: 60, usersAddedBurst: 10_000 })
    const users = Array.from({ length: 1_000 }, String)
    const naming: readonly Request[] = [
      { event: 'create-chat', body: { chat: { name: 'c' }, users } },
      { event: 'add-users', room: 'r', body: { users } },
      { event: 'remove-users', room: 'r', body: { users } },
      { event: 'get-users', body: { users } },
      { event: 'get-users', body: { externalUserIds: users } },
    ]
    for (const [index, request] of naming.entries()) {
      const rateLimiter = open(`user ${index}`)
      expect([1, 2, 3].map(() => rateLimiter.request(request, 40_000))).toEqual([
        undefined,
        undefined,
        { limit: 'user', waitMs: 3_000 },
      ])
    }
  })

  it('pays for a message by its bytes, and one request for a message below 4 KiB', () => {
    const { open } = allowanceOf({ userRequestsBurst: 100 })
    const sendable = (frameBytes: number): number => {
      const rateLimiter = open(`user ${frameBytes}`)
      return takeAll({ take: () => rateLimiter.request(message, frameBytes)?.waitMs })
    }
    expect([100, 4_095, 4_096, 48 * 1_024].map(sendable)).toEqual([100, 100, 50, 7])
  })

  it('bounds the bytes that all members send to the sockets of one room', async () => {
    const { clock, open } = allowanceOf({ roomBytesPerMinute: 60_000, roomBytesBurst: 10_000 })
    const [ann, bob] = [open('ann'), open('bob')]
    expect(ann.room('busy', 100, 90)).toBeUndefined()
    expect(bob.room('busy', 100, 20)).toEqual({ limit: 'room', waitMs: 1_000 })
    expect(bob.room('busy', 100, 10)).toBeUndefined()
    expect(bob.room('quiet', 100, 20)).toBeUndefined()
    await clock.run(1_000)
    expect(ann.room('busy', 100, 10)).toBeUndefined()
  })

  it('counts the sockets of a room on this gateway once for each gateway', () => {
    const clock = clockOf()
    const { rateLimitStore, state } = sharedIn(clock)
    state.gateways = 4
    const buckets = createSharedBuckets(rateLimitStore, clock)
    const rates = { ...defaultRates, roomBytesBurst: 10_000 }
    const rateLimiter = new UserRateLimiter({ buckets, rates, clock, userKey: 'u', addressKey: 'a' })
    expect(takeAll({ take: () => rateLimiter.room('r', 100, 5)?.waitMs })).toBe(5)
  })

  it('is held by nobody who has taken nothing of it yet', () => {
    const { buckets, open } = allowanceOf({})
    open()
    expect(buckets.size).toBe(0)
  })

  it('is given back when the session goes, also what is used after that', async () => {
    const { clock, buckets, open } = allowanceOf({})
    const [rateLimiter, late] = [open(), open()]
    const useAll = (one: RateLimiter): void => {
      expect([one.frame(), one.request(adding(1), 200), one.nonMember()]).toEqual([undefined, undefined, undefined])
    }
    useAll(rateLimiter)
    expect(buckets.size).toBe(4)
    for (const one of [rateLimiter, late]) one.release()
    useAll(late)
    await clock.run(61_000)
    expect(buckets.size).toBe(0)
  })
})

describe('The crowd of a gateway', () => {
  const bounds = { sessionsPerGateway: 5, bindingSessions: 3, sessionsPerAddress: 2, sessionsPerUser: 2 }
  const guest = (address: string, subject: string) => ({ address, subject })

  it('has so many places for each user, each address, and all', () => {
    const sessionCounts = createSessionCounts(bounds)
    const enter = (address: string, subject: string) => {
      const place = sessionCounts.enter(guest(address, subject))
      if (typeof place !== 'string') place.bound()
      return typeof place === 'string' ? place : 'in'
    }
    expect([enter('1', 'ann'), enter('1', 'bob'), enter('1', 'cyd')]).toEqual(['in', 'in', 'address_full'])
    expect([enter('2', 'ann'), enter('3', 'ann')]).toEqual(['in', 'user_full'])
    expect([enter('3', 'dan'), enter('4', 'eve'), enter('5', 'fay')]).toEqual(['in', 'in', 'gateway_full'])
    expect(sessionCounts.size).toBe(5)
  })

  it('has so many places for those who have no user yet', () => {
    const sessionCounts = createSessionCounts(bounds)
    const places = ['ann', 'bob', 'cyd'].map((name) => sessionCounts.enter(guest(name, name)))
    expect(sessionCounts.isFull()).toBe('binding_full')
    expect(sessionCounts.enter({})).toBe('binding_full')
    for (const place of places.slice(0, 1)) if (typeof place !== 'string') place.bound()
    expect(sessionCounts.isFull()).toBeUndefined()
  })

  it('gives a place back once', () => {
    const sessionCounts = createSessionCounts(bounds)
    const place = sessionCounts.enter(guest('1', 'ann'))
    if (typeof place === 'string') throw new Error(place)
    place.leave()
    place.leave()
    place.bound()
    expect([sessionCounts.size, sessionCounts.binding]).toEqual([0, 0])
  })

  it('does not count services by who or where they are', () => {
    const sessionCounts = createSessionCounts({ ...bounds, bindingSessions: 10 })
    const places = Array.from({ length: 5 }, () => sessionCounts.enter({}))
    expect(places.filter((place) => typeof place === 'string')).toEqual([])
    expect(sessionCounts.enter({})).toBe('gateway_full')
  })
})
