import { describe, expect, it } from 'vitest'
import type { RateLimiter } from '../../../../services/gateway/limits/rate-limiter.ts'
import { createSharedBuckets } from '../../../../services/gateway/limits/shared-buckets.ts'
import { UserRateLimiter } from '../../../../services/gateway/limits/user-rate-limiter.ts'
import type { Request } from '../../../../shared/protocol/requests.ts'
import { defaultRates } from '../../../../shared/runtime/config/rates.ts'
import { clockOf, sharedIn, takeAll } from './limits-rig.ts'

describe('The rate limits of a session', () => {
  const message: Request = { event: 'new-message', room: 'r', body: { msg: 'hi', type: 'text' } }
  const adding = (count: number): Request => ({
    event: 'add-users',
    room: 'r',
    body: { users: Array.from({ length: count }, String) },
  })
  const to = (room: string) => ({ event: 'new-message', room }) as const
  const allowanceOf = (rates: Partial<typeof defaultRates>) => {
    const clock = clockOf()
    const buckets = createSharedBuckets(undefined, clock)
    const open = (userKey = 'u', addressKey = 'a') =>
      new UserRateLimiter({ buckets, rates: { ...defaultRates, ...rates }, clock, userKey, addressKey })
    return { clock, buckets, open }
  }

  it('limit the frames of each socket', () => {
    const { open } = allowanceOf({ sessionFramesBurst: 3 })
    const [one, two] = [open(), open()]
    for (let frame = 0; frame < 3; frame += 1) expect(one.frame()).toBeUndefined()
    expect(one.frame()).toEqual({ limit: 'session', waitMs: 20 })
    expect(two.frame()).toBeUndefined()
  })

  it('limit the frames of an address over all users', () => {
    const { open } = allowanceOf({ addressFramesBurst: 2 })
    expect([open('u').frame(), open('v').frame(), open('w').frame()]).toEqual([
      undefined,
      undefined,
      { limit: 'address', waitMs: 1 },
    ])
    expect(open('w', 'b').frame()).toBeUndefined()
  })

  it('limit the requests of a user over all sockets', () => {
    const { open } = allowanceOf({ userRequestsBurst: 2 })
    expect([open(), open(), open()].map((each) => each.request(message, 100)?.limit)).toEqual([undefined, undefined, 'user'])
    expect(open('v').request(message, 100)).toBeUndefined()
  })

  it('limit the users that a user adds to chats', () => {
    const { open } = allowanceOf({ usersAddedBurst: 10 })
    const rateLimiter = open()
    expect(rateLimiter.request(adding(9), 500)).toBeUndefined()
    expect(rateLimiter.request(adding(2), 200)).toEqual({ limit: 'users_added', waitMs: 1_000 })
    expect(rateLimiter.request(message, 100)).toBeUndefined()
    const chat: Request = { event: 'create-chat', body: { chat: { name: 'c' }, users: ['a', 'b'] } }
    expect(open().request(chat, 200)?.limit).toBe('users_added')
  })

  it('limit the edits of a user over all sockets', () => {
    const { open } = allowanceOf({ userEditsBurst: 2 })
    const edit: Request = { event: 'edit-message', room: 'r', body: { message: 'm', msg: 'hi' } }
    const limits = [open(), open(), open()].map((each) => each.request(edit, 100))
    expect(limits).toEqual([undefined, undefined, { limit: 'edits', waitMs: 1_000 }])
    expect([open().request(message, 100), open('v').request(edit, 100)]).toEqual([undefined, undefined])
  })

  it('limit the reactions of all members together in a room that many sockets follow', () => {
    const { open } = allowanceOf({ roomReactionsBurst: 2 })
    const react = (room: string) => ({ event: 'set-reaction', room }) as const
    const limits = ['ann', 'bob', 'cleo'].map((user) => open(user).room(react('large'), 100, 1_001))
    expect(limits).toEqual([undefined, undefined, { limit: 'reactions', waitMs: 50 }])
    expect([open().room(to('large'), 100, 1_001), open().room(react('other'), 100, 1_001)]).toEqual([undefined, undefined])
    expect(takeAll({ take: () => open().room(react('small'), 1, 1_000)?.waitMs })).toBe(10_000)
  })

  it('charge a resume by the number of its rooms', () => {
    const { open } = allowanceOf({ userRequestsBurst: 60 })
    const rooms = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [String(n), 1]))
    expect(open().request({ event: 'resume', body: { rooms } }, 20_000)).toBeUndefined()
    expect(open().request({ event: 'create-user', body: { resume: { rooms } } }, 20_000)?.limit).toBe('user')
  })

  it('limit the commands to rooms in which the user is not known as a member', () => {
    const { open } = allowanceOf({ strangerCommandsBurst: 1 })
    expect([open().nonMember(), open().nonMember()]).toEqual([undefined, { limit: 'stranger', waitMs: 1_000 }])
  })

  it('allow a bounded number of errors per socket', async () => {
    const { clock, open } = allowanceOf({ sessionErrorsBurst: 2 })
    const rateLimiter = open()
    expect([rateLimiter.mayErr(), rateLimiter.mayErr(), rateLimiter.mayErr()]).toEqual([true, true, false])
    await clock.run(1_000)
    expect([rateLimiter.mayErr(), open().mayErr()]).toEqual([true, true])
  })

  it('charge a request by the number of users that it names', () => {
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

  it('charge a request for files by the number of messages that it names, because each address is signed', () => {
    const { open } = allowanceOf({ userRequestsBurst: 52 })
    const messages = Array.from({ length: 50 }, String)
    const request: Request = { event: 'get-files', room: 'r', body: { messages } }
    expect([1, 2, 3].map(() => open().request(request, 2_000)?.limit)).toEqual([undefined, undefined, 'user'])
  })

  it('charge a message by its bytes, and one request for a message below 4 KiB', () => {
    const { open } = allowanceOf({ userRequestsBurst: 100 })
    const sendable = (frameBytes: number): number => {
      const rateLimiter = open(`user ${frameBytes}`)
      return takeAll({ take: () => rateLimiter.request(message, frameBytes)?.waitMs })
    }
    expect([100, 4_095, 4_096, 48 * 1_024].map(sendable)).toEqual([100, 100, 50, 7])
  })

  it('limit the bytes that all members send to the sockets of one room', async () => {
    const { clock, open } = allowanceOf({ roomBytesPerMinute: 60_000, roomBytesBurst: 10_000 })
    const [ann, bob] = [open('ann'), open('bob')]
    expect(ann.room(to('busy'), 100, 90)).toBeUndefined()
    expect(bob.room(to('busy'), 100, 20)).toEqual({ limit: 'room', waitMs: 1_000 })
    expect(bob.room(to('busy'), 100, 10)).toBeUndefined()
    expect(bob.room(to('quiet'), 100, 20)).toBeUndefined()
    await clock.run(1_000)
    expect(ann.room(to('busy'), 100, 10)).toBeUndefined()
  })

  it('multiply the sockets of a room on this gateway by the number of gateways', () => {
    const clock = clockOf()
    const { rateLimitStore, state } = sharedIn(clock)
    state.gateways = 4
    const buckets = createSharedBuckets(rateLimitStore, clock)
    const rates = { ...defaultRates, roomBytesBurst: 10_000 }
    const rateLimiter = new UserRateLimiter({ buckets, rates, clock, userKey: 'u', addressKey: 'a' })
    expect(takeAll({ take: () => rateLimiter.room(to('r'), 100, 5)?.waitMs })).toBe(5)
  })

  it('hold no bucket before the first charge', () => {
    const { buckets, open } = allowanceOf({})
    open()
    expect(buckets.size).toBe(0)
  })

  it('release their buckets when the session ends, also those that are charged afterwards', async () => {
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
