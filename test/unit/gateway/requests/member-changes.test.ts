import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import type { MovedMarkers } from '../../../../services/gateway/requests/member-changes.ts'
import { createMemberChanges } from '../../../../services/gateway/requests/member-changes.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import type { MarkerChange, MemberStates } from '../../../../shared/ports/member-state.ts'
import { defaultBounds } from '../../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { createMetrics } from '../../../../shared/runtime/observability/metrics.ts'
import { append, chatCreated, messagePosted } from '../../../contract/stored-chat.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { ann, bob, room, uuid } from '../../domain/chat-fixtures.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const open = async (bounds = {}) => {
  const clock = virtualClock(seededRandom(1))
  const memory = memoryStore()
  const { store } = memory
  const calls: (readonly MarkerChange[])[] = []
  const memberStates: MemberStates = {
    ...memory.memberStates,
    mark: (changes) => {
      calls.push(changes)
      return memory.memberStates.mark(changes)
    },
  }
  await append(store, chatCreated(room, [ann, bob]), messagePosted(room, 2, ann), messagePosted(room, 3, ann))
  const metrics = createMetrics(new Registry())
  const changes = createMemberChanges({
    memberStates,
    clock,
    metrics,
    times: defaultTimes,
    bounds: { ...defaultBounds, ...bounds },
  })
  const flushed = async () => (await metrics.memberStateFlushed.get()).values[0]?.value
  return { clock, changes, flushed, calls }
}

describe('The changes of members', () => {
  it('report each marker that has moved, once, and no other', async () => {
    const { clock, changes } = await open()
    const moved: MovedMarkers[] = []
    changes.onMoved((marker) => moved.push(marker))
    const first = changes.mark({ room, user: ann, read: { gen: 0, seq: 2 } })
    await clock.run(1)
    await first
    const later = [
      changes.mark({ room, user: ann, read: { gen: 0, seq: 1 } }),
      changes.mark({ room, user: bob, delivered: 3 }),
      changes.mark({ room, user: bob, read: { gen: 1, seq: 1 } }),
    ]
    await clock.run(defaultTimes.memberStateFlushMs)
    await Promise.all(later)
    expect(moved).toEqual([
      { room, user: ann, read: { gen: 0, seq: 2 }, delivered: 0 },
      { room, user: bob, read: { gen: 1, seq: 1 }, delivered: 3 },
    ])
    changes.posted(room, ann, 3)
    await clock.run(2 * defaultTimes.memberStateFlushMs)
    expect(moved).toHaveLength(2)
  })

  it('ask for a result only if somebody waits for it: not for own messages', async () => {
    const { clock, changes, calls } = await open()
    changes.posted(room, ann, 2)
    await clock.run(1)
    changes.posted(room, ann, 3)
    changes.posted(room, bob, 3)
    const asked = changes.mark({ room, user: bob })
    await clock.run(2 * defaultTimes.memberStateFlushMs)
    expect(await asked).toMatchObject({ read: { gen: 0, seq: 3 }, unread: 0 })
    const withResult = calls.flat().filter(({ withoutResult }) => withoutResult !== true)
    expect([calls.flat().length, withResult.map(({ user }) => user)]).toEqual([3, [bob]])
  })

  it('of 500 members who look at a room with one message a second take one statement a second', async () => {
    const { clock, changes, calls } = await open()
    const seconds = 30
    const lookers = Array.from({ length: 500 }, (_, n) => uuid(3, n))
    for (let second = 0; second < seconds; second += 1) {
      changes.posted(room, ann, second)
      // Clients send a marker at most every two seconds, each at its own time.
      for (const [n, user] of lookers.entries())
        if ((second + n) % 2 === 0) clock.after(n, () => void changes.mark({ room, user, read: { gen: 0, seq: second } }))
      await clock.run(1_000)
    }
    await clock.run(2 * defaultTimes.memberStateFlushMs)
    expect(calls.flat().length).toBeGreaterThan((seconds * lookers.length) / 2)
    expect(calls.length).toBeLessThanOrEqual(seconds + 3)
  })

  it('refuse a marker while too many wait, and drop the one of an own message', async () => {
    const { clock, changes, flushed } = await open({ pendingPerGateway: 1 })
    const first = changes.mark({ room, user: ann, delivered: 1 })
    await clock.run(1)
    await first
    changes.posted(room, ann, 2)
    changes.posted(room, bob, 3)
    await expect(changes.mark({ room, user: bob, delivered: 1 })).rejects.toBeInstanceOf(StoreError)
    await clock.run(defaultTimes.memberStateFlushMs)
    expect(await flushed()).toBe(2)
  })

  it('give two settings that arrive together the same result', async () => {
    const { changes } = await open()
    const results = [
      changes.configure({ room, user: ann, isHidden: true }),
      changes.configure({ room, user: ann, mutedUntil: '2126-01-01T00:00:00.000Z' }),
      changes.configure({ room, user: ann, isHidden: false }),
    ]
    const [, second, third] = await Promise.all(results)
    expect(second).toEqual({ mutedUntil: '2126-01-01T00:00:00.000Z' })
    expect(third).toEqual(second)
  })
})
