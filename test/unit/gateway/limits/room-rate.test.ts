import { describe, expect, it } from 'vitest'
import { createSharedBuckets } from '../../../../services/gateway/limits/shared-buckets.ts'
import { UserRateLimiter } from '../../../../services/gateway/limits/user-rate-limiter.ts'
import { defaultRates } from '../../../../shared/runtime/config/rates.ts'
import type { RigClient } from '../gateway-rig.ts'
import { gatewayRig } from '../gateway-rig.ts'

const rates = { ...defaultRates, roomBytesPerMinute: 60_000, roomBytesBurst: 10_000 }
const message = (room: string, chars = 1_000) => ({ event: 'new-message', room, body: { msg: 'x'.repeat(chars), type: 'text' } })

/** Ann and Bob as users, in a room of their own, and a service in it too. */
const membersOfRoom = async () => {
  const rig = await gatewayRig()
  const buckets = createSharedBuckets(undefined, rig.clock)
  const join = (subject: string) =>
    rig.bound(subject, {
      principal: { isService: false, subject },
      rateLimiter: new UserRateLimiter({ buckets, rates, clock: rig.clock, userKey: subject, addressKey: 'a' }),
    })
  const [ann, bob, back] = [await join('ann'), await join('bob'), await rig.bound('back')]
  const makeRoom = async (room: string): Promise<void> => {
    ann.client.send({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id, back.id] } })
    await rig.settle()
    await rig.write()
  }
  const refusals = async (client: RigClient, ...requests: readonly object[]) => {
    const before = client.frames.length
    for (const request of requests) client.send(request)
    await rig.settle()
    return client.frames.slice(before).flatMap(({ error }) => (error === undefined ? [] : [error]))
  }
  return { rig, ann, bob, back, makeRoom, refusals }
}

const room = '00000000-0000-7000-8000-00000000aaaa'
const other = '00000000-0000-7000-8000-00000000bbbb'

describe('The rate limit of a room', () => {
  it('refuses the messages of every member of the room, but not those to another room or of a service', async () => {
    const { ann, bob, back, makeRoom, refusals } = await membersOfRoom()
    await makeRoom(room)
    await makeRoom(other)
    expect(await refusals(ann.client, message(room), message(room), message(room))).toEqual([])
    expect(await refusals(bob.client, message(room))).toMatchObject([
      { code: 'rate_limited', retryable: true, details: { limit: 'room' } },
    ])
    expect(await refusals(bob.client, message(other))).toEqual([])
    expect(await refusals(back.client, message(room))).toEqual([])
  })

  it('charges a room for a request that waited for create-user', async () => {
    const { rig, ann, makeRoom, refusals } = await membersOfRoom()
    await makeRoom(room)
    await refusals(ann.client, message(room), message(room), message(room))
    const buckets = createSharedBuckets(undefined, rig.clock)
    const late = rig.client({
      principal: { isService: false, subject: 'ann' },
      rateLimiter: new UserRateLimiter({ buckets, rates, clock: rig.clock, userKey: 'ann', addressKey: 'a' }),
    })
    const errors = await refusals(
      late,
      { event: 'create-user', body: { user: { externalUserId: 'ann' } } },
      ...Array.from({ length: 4 }, () => message(room)),
    )
    expect(errors).toMatchObject([{ code: 'rate_limited', details: { limit: 'room' } }, {}])
  })

  it('charges a room for the bytes of membership changes', async () => {
    const { ann, makeRoom, refusals } = await membersOfRoom()
    await makeRoom(room)
    const users = Array.from({ length: 100 }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`)
    const change = { event: 'remove-users', room, body: { users } }
    expect(await refusals(ann.client, change, change)).toMatchObject([{ code: 'rate_limited', details: { limit: 'room' } }])
  })
})
