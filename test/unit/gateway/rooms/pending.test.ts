import { describe, expect, it } from 'vitest'
import type { NewEntry, Sender, Settlement } from '../../../../services/gateway/rooms/pending.ts'
import { createPending } from '../../../../services/gateway/rooms/pending.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../../support/simulation/virtual-clock.ts'

const item = {
  room: 'r',
  seq: 5,
  commandId: 'm',
  digest: 'd',
  frame: '{"event":"new-message","room":"r","seq":5,"body":{"id":"m"}}',
}

const rig = () => {
  const clock = virtualClock(seededRandom(1))
  const settled: string[] = []
  const due: string[] = []
  const pending = createPending(clock, 1_000, (entry) => due.push(entry.callerId ?? ''))
  const sender = (place: number | undefined): Sender => ({
    follower: () => (place === undefined ? undefined : { cursor: place, state: 'live' }),
  })
  const enter = (from: Sender, callerId: string, more: Partial<NewEntry> = {}) =>
    pending.enter({
      sender: from,
      room: 'r',
      commandId: 'm',
      digest: 'd',
      callerId,
      lookUp: async () => undefined,
      confirmed: () => settled.push(`${callerId} by its frame`),
      settle: (settlement: Settlement) => settled.push(`${callerId} by an answer: ${settlement.kind}`),
      ...more,
    })
  return { clock, pending, settled, due, sender, enter }
}

describe('Pending commands', () => {
  it('are confirmed by the frame that their session receives', () => {
    const { pending, settled, sender, enter } = rig()
    const session = sender(4)
    enter(session, 'c1')
    const offer = pending.offer(item, (other) => other === session)
    expect(offer?.ids.get(session)).toBe('c1')
    expect(settled).toEqual(['c1 by its frame'])
    expect(pending.size).toBe(0)
  })

  it('of one session and one command get one frame and an answer', () => {
    const { pending, settled, sender, enter } = rig()
    const session = sender(4)
    enter(session, 'c1')
    enter(session, 'c2')
    for (const answer of pending.offer(item, () => true)?.answers ?? []) answer()
    expect(settled).toEqual(['c1 by its frame', 'c2 by an answer: done'])
  })

  it('wait while their session has not come to the place', () => {
    const { pending, settled, sender, enter } = rig()
    enter(sender(3), 'c1')
    expect(pending.offer(item, () => false)?.answers).toEqual([])
    pending.settle(item, { kind: 'done', body: '{}', seq: 5 })
    expect(settled).toEqual([])
    expect(pending.size).toBe(1)
  })

  it('are answered where the place is past or the session does not follow the room', () => {
    const { pending, settled, sender, enter } = rig()
    enter(sender(5), 'past')
    enter(sender(undefined), 'elsewhere')
    for (const answer of pending.offer(item, () => false)?.answers ?? []) answer()
    expect(settled).toEqual(['past by an answer: done', 'elsewhere by an answer: done'])
  })

  it('are not settled by another content under their id', () => {
    const { pending, sender, enter } = rig()
    enter(sender(4), 'c1')
    expect(pending.offer({ ...item, digest: 'other' }, () => true)).toBeUndefined()
    expect(pending.size).toBe(1)
  })

  it('can be answered one by one, wherever their session is', () => {
    const { pending, settled, sender, enter } = rig()
    const due = enter(sender(3), 'due')
    enter(sender(3), 'later')
    pending.conclude(due, { kind: 'done', body: '{}', seq: 5 })
    pending.conclude(due, { kind: 'timeout' })
    expect(settled).toEqual(['due by an answer: done'])
    expect(pending.size).toBe(1)
  })

  it('count until they are settled, also past their deadline', async () => {
    const { clock, pending, due, sender, enter } = rig()
    const entry = enter(sender(4), 'c1')
    await clock.run(1_000)
    expect(due).toEqual(['c1'])
    expect(pending.size).toBe(1)
    pending.conclude(entry, { kind: 'timeout' })
    expect(pending.size).toBe(0)
  })

  it('come due at their deadline, in their order, and not once settled', async () => {
    const { clock, pending, due, sender, enter } = rig()
    enter(sender(4), 'first')
    await clock.run(400)
    const settled = enter(sender(4), 'settled', { commandId: 'n' })
    enter(sender(4), 'last', { commandId: 'o' })
    pending.conclude(settled, { kind: 'unavailable' })
    await clock.run(599)
    expect(due).toEqual([])
    await clock.run(1)
    expect(due).toEqual(['first'])
    await clock.run(400)
    expect(due).toEqual(['first', 'last'])
  })
})
