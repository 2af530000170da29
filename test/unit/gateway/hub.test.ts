import { describe, expect, it } from 'vitest'
import type { HubSession } from '../../../services/gateway/hub.ts'
import { createHub } from '../../../services/gateway/hub.ts'
import { topics, writeNotice } from '../../../shared/ports/publications.ts'
import { createMetrics } from '../../../shared/runtime/metrics.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import { virtualClock } from '../../support/simulation/virtual-clock.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

const rig = () => {
  const clock = virtualClock(seededRandom(1))
  const topicsHeld = new Map<string, (payload: Buffer) => void>()
  const hub = createHub({
    fanOut: {
      state: 'up',
      publish: async () => undefined,
      subscribe: (topic, listener) => {
        topicsHeld.set(topic, listener)
        return { ready: Promise.resolve(), close: () => topicsHeld.delete(topic) }
      },
      onRestored: () => () => undefined,
      close: async () => undefined,
    },
    clock,
    releaseMs: 1_000,
    metrics: createMetrics(),
  })
  const heard: string[] = []
  const session = (name: string, followed?: string): HubSession => ({
    joinAt: () => undefined,
    followed: () => followed,
    hint: (_, since) => heard.push(`${name} ${since}`),
    compared: (memberships) => heard.push(`${name} is in ${memberships.length}`),
  })
  const hear = (user: string, text: string): void => topicsHeld.get(topics.user(user))?.(Buffer.from(text))
  return { clock, hub, topicsHeld, heard, session, hear }
}

describe('The hub', () => {
  it('tells all sessions of a user, and no others, what is published for it', async () => {
    const { hub, heard, session, hear } = rig()
    const [phone, laptop, other] = [session('phone'), session('laptop'), session('other')]
    await Promise.all([hub.add('ann', phone), hub.add('ann', laptop), hub.add('bob', other)])
    hear('ann', writeNotice({ room, since: 3 }))
    hear('ann', 'no notice')
    expect(heard).toEqual(['phone 3', 'laptop 3'])
    expect([...hub.sessionsOf('ann')]).toEqual([phone, laptop])
    expect([...hub.sessionsOf('cyd')]).toEqual([])
  })

  it('lets a user’s topic go some time after the last session, unless another one comes', async () => {
    const { clock, hub, topicsHeld, session } = rig()
    const [first, second] = [session('first'), session('second')]
    await hub.add('ann', first)
    hub.remove('ann', first)
    await clock.run(900)
    await hub.add('ann', second)
    await clock.run(5_000)
    expect([...topicsHeld.keys()]).toEqual(['user:ann'])
    hub.remove('ann', second)
    expect([...iterate(hub.followed())]).toEqual([])
    await clock.run(1_000)
    expect([...topicsHeld.keys()]).toEqual([])
    expect(hub.size).toBe(0)
  })

  it('goes on with users who are added while it is gone through', async () => {
    const { hub, session } = rig()
    await hub.add('ann', session('a'))
    const users = hub.followed()
    expect(users.next().value).toEqual(['ann', undefined])
    await hub.add('bob', session('b'))
    expect(users.next().value).toEqual(['bob', undefined])
    expect(users.next().done).toBe(true)
  })

  it('tells what a user’s sessions follow only if all follow the same', async () => {
    const { hub, session } = rig()
    const all: readonly (readonly [string, string | undefined])[] = [
      ['ann', 'these'],
      ['ann', 'these'],
      ['bob', 'these'],
      ['bob', 'those'],
      ['cyd', 'these'],
      ['cyd', undefined],
      ['dee', 'those'],
    ]
    for (const [user, followed] of all) await hub.add(user, session(user, followed))
    expect(Object.fromEntries(iterate(hub.followed()))).toEqual({ ann: 'these', bob: undefined, cyd: undefined, dee: 'those' })
  })
})

const iterate = <Item>(items: Iterator<Item>): Iterable<Item> => ({ [Symbol.iterator]: () => items })
