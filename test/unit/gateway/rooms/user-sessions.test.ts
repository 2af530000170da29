import { describe, expect, it } from 'vitest'
import type { UserSession } from '../../../../services/gateway/rooms/user-sessions.ts'
import { createUserSessions } from '../../../../services/gateway/rooms/user-sessions.ts'
import { channels, writeNotice } from '../../../../shared/records/publications.ts'
import { createMetrics } from '../../../../shared/runtime/observability/metrics.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

const rig = () => {
  const clock = virtualClock(seededRandom(1))
  const subscribed = new Map<string, (payload: Buffer) => void>()
  const held: string[] = []
  const released: string[] = []
  const userSessions = createUserSessions({
    fanOut: {
      state: 'up',
      publish: async () => undefined,
      subscribe: (topic, listener) => {
        subscribed.set(topic, listener)
        return { ready: Promise.resolve(), close: () => subscribed.delete(topic) }
      },
      listeners: async (asked) => asked.map(() => 0),
      onRestored: () => () => undefined,
      close: async () => undefined,
    },
    clock,
    releaseMs: 1_000,
    metrics: createMetrics(),
    onHeld: (user) => held.push(user),
    onReleased: (user) => released.push(user),
  })
  const received: string[] = []
  const session = (name: string, followed?: string): UserSession => ({
    joinAt: () => undefined,
    followedDigest: () => followed,
    noteMembership: (_, since) => received.push(`${name} ${since}`),
    applyMemberships: (memberships) => received.push(`${name} is in ${memberships.length}`),
  })
  const publish = (user: string, text: string): void => subscribed.get(channels.user(user))?.(Buffer.from(text))
  return { clock, userSessions, subscribed, held, released, received, session, publish }
}

describe('The sessions of users', () => {
  it('get the notices of their own user only', async () => {
    const { userSessions, received, session, publish } = rig()
    const [phone, laptop, other] = [session('phone'), session('laptop'), session('other')]
    await Promise.all([userSessions.add('ann', phone), userSessions.add('ann', laptop), userSessions.add('bob', other)])
    publish('ann', writeNotice({ room, since: 3 }))
    publish('ann', 'no notice')
    expect(received).toEqual(['phone 3', 'laptop 3'])
    expect([...userSessions.sessionsOf('ann')]).toEqual([phone, laptop])
    expect([...userSessions.sessionsOf('cyd')]).toEqual([])
  })

  it('keep the user’s channel for some time after the last session, and longer if another one is added', async () => {
    const { clock, userSessions, subscribed, held, released, session } = rig()
    const [first, second] = [session('first'), session('second')]
    await userSessions.add('ann', first)
    userSessions.remove('ann', first)
    await clock.run(900)
    await userSessions.add('ann', second)
    await clock.run(5_000)
    expect([...subscribed.keys()]).toEqual(['user:ann'])
    expect([held, released]).toEqual([['ann'], []])
    userSessions.remove('ann', second)
    expect([...iterate(userSessions.followedDigests())]).toEqual([])
    await clock.run(1_000)
    expect([...subscribed.keys()]).toEqual([])
    expect(userSessions.size).toBe(0)
    expect([held, released]).toEqual([['ann'], ['ann']])
  })

  it('show by a second channel that the user has no session, from the end of the last one to the next one', async () => {
    const { clock, userSessions, subscribed, session } = rig()
    const [phone, laptop] = [session('phone'), session('laptop')]
    await Promise.all([userSessions.add('ann', phone), userSessions.add('ann', laptop)])
    userSessions.remove('ann', phone)
    expect([...subscribed.keys()]).toEqual(['user:ann'])
    userSessions.remove('ann', laptop)
    expect([...subscribed.keys()]).toEqual(['user:ann', 'user:ann:left'])
    await clock.run(900)
    await userSessions.add('ann', phone)
    expect([...subscribed.keys()]).toEqual(['user:ann'])
    userSessions.remove('ann', phone)
    await clock.run(1_000)
    expect([...subscribed.keys()]).toEqual([])
  })

  it('leave no channel behind when the gateway stops', async () => {
    const { userSessions, subscribed, session } = rig()
    const [phone, other] = [session('phone'), session('other')]
    await Promise.all([userSessions.add('ann', phone), userSessions.add('bob', other)])
    userSessions.remove('ann', phone)
    userSessions.close()
    expect([...subscribed.keys()]).toEqual([])
  })

  it('include users that are added during an iteration', async () => {
    const { userSessions, session } = rig()
    await userSessions.add('ann', session('a'))
    const users = userSessions.followedDigests()
    expect(users.next().value).toEqual(['ann', undefined])
    await userSessions.add('bob', session('b'))
    expect(users.next().value).toEqual(['bob', undefined])
    expect(users.next().done).toBe(true)
  })

  it('report the followed rooms of a user only if all of the user’s sessions follow the same', async () => {
    const { userSessions, session } = rig()
    const all: readonly (readonly [string, string | undefined])[] = [
      ['ann', 'these'],
      ['ann', 'these'],
      ['bob', 'these'],
      ['bob', 'those'],
      ['cyd', 'these'],
      ['cyd', undefined],
      ['dee', 'those'],
    ]
    for (const [user, followed] of all) await userSessions.add(user, session(user, followed))
    expect(Object.fromEntries(iterate(userSessions.followedDigests()))).toEqual({
      ann: 'these',
      bob: undefined,
      cyd: undefined,
      dee: 'those',
    })
  })
})

const iterate = <Item>(items: Iterator<Item>): Iterable<Item> => ({ [Symbol.iterator]: () => items })
