import { describe, expect, it } from 'vitest'
import type { NewPendingCommand, Sender } from '../../../../services/gateway/rooms/pending-commands.ts'
import { createPendingCommands } from '../../../../services/gateway/rooms/pending-commands.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import { errorBody } from '../../../../shared/protocol/errors.ts'
import type { Outcome } from '../../../../shared/records/outcome.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const item = {
  room: 'r',
  seq: 5,
  commandId: 'm',
  digest: 'd',
  frame: '{"event":"new-message","room":"r","seq":5,"body":{"id":"m"}}',
}
const stored: Outcome = { body: '{"id":"m"}', seq: 5 }
const unavailable: Outcome = { error: errorBody('unavailable', 'not accepted') }

const inShort = (outcome: Outcome, isInFeed: boolean): string => {
  if ('error' in outcome) return outcome.error.code
  return isInFeed ? `frame ${outcome.body}` : `answer ${outcome.body}`
}

/** Pending commands whose look-ups find `recorded`, or fail if it is an error. */
const rig = (recorded?: Outcome | StoreError) => {
  const clock = virtualClock(seededRandom(1))
  const outcomes: string[] = []
  const lookedUp: string[] = []
  const pending = createPendingCommands({
    clock,
    deadlineMs: 1_000,
    lookUpOutcome: async ({ commandId }) => {
      lookedUp.push(commandId)
      await clock.sleep(10)
      if (recorded instanceof StoreError) throw recorded
      return recorded
    },
  })
  const senderAt = (cursor: number | undefined): Sender => ({
    follower: () => (cursor === undefined ? undefined : { cursor, state: 'live' }),
  })
  const add = (sender: Sender, requestId: string, more: Partial<NewPendingCommand> = {}) =>
    pending.add({
      type: 'PostMessage',
      sender,
      room: 'r',
      commandId: 'm',
      digest: 'd',
      user: 'u',
      requestId,
      onOutcome: (outcome, isInFeed) => outcomes.push(`${requestId}: ${inShort(outcome, isInFeed)}`),
      ...more,
    })
  return { clock, pending, outcomes, lookedUp, senderAt, add }
}

describe('Pending commands', () => {
  it('confirms a command by the frame that its sender receives', () => {
    const { pending, outcomes, senderAt, add } = rig()
    const sender = senderAt(4)
    add(sender, 'c1')
    const confirmation = pending.confirm(item, (other) => other === sender)
    expect(confirmation?.requestIds.get(sender)).toBe('c1')
    expect(outcomes).toEqual(['c1: frame {"id":"m"}'])
    expect(pending.size).toBe(0)
  })

  it('confirms one of two requests with the same command by the frame, and the other by an answer', () => {
    const { pending, outcomes, senderAt, add } = rig()
    const sender = senderAt(4)
    add(sender, 'c1')
    add(sender, 'c2')
    for (const answer of pending.confirm(item, () => true)?.answers ?? []) answer()
    expect(outcomes).toEqual(['c1: frame {"id":"m"}', 'c2: answer {"id":"m"}'])
  })

  it('keeps a command whose sender has not reached the seq of its event', () => {
    const { pending, outcomes, senderAt, add } = rig()
    add(senderAt(3), 'c1')
    expect(pending.confirm(item, () => false)?.answers).toEqual([])
    pending.report(item, stored)
    expect(outcomes).toEqual([])
    expect(pending.size).toBe(1)
  })

  it('answers a command whose sender is past the event or does not follow the room', () => {
    const { pending, outcomes, senderAt, add } = rig()
    add(senderAt(5), 'past')
    add(senderAt(undefined), 'elsewhere')
    for (const answer of pending.confirm(item, () => false)?.answers ?? []) answer()
    expect(outcomes).toEqual(['past: answer {"id":"m"}', 'elsewhere: answer {"id":"m"}'])
  })

  it('does not confirm a command by an event that has its id and another digest', () => {
    const { pending, senderAt, add } = rig()
    add(senderAt(4), 'c1')
    expect(pending.confirm({ ...item, digest: 'other' }, () => true)).toBeUndefined()
    expect(pending.size).toBe(1)
  })

  it('concludes one command once, wherever its sender is in the room', () => {
    const { pending, outcomes, senderAt, add } = rig()
    const command = add(senderAt(3), 'concluded')
    add(senderAt(3), 'other')
    pending.conclude(command, stored)
    pending.conclude(command, unavailable)
    expect(outcomes).toEqual(['concluded: answer {"id":"m"}'])
    expect(pending.size).toBe(1)
  })

  it('answers with the recorded outcome at the deadline, also a sender that has not reached the event', async () => {
    const { clock, pending, outcomes, senderAt, add } = rig(stored)
    add(senderAt(3), 'c1')
    await clock.run(1_000)
    expect(pending.size).toBe(1)
    await clock.run(10)
    expect(outcomes).toEqual(['c1: answer {"id":"m"}'])
    expect(pending.size).toBe(0)
  })

  it.each([
    ['no outcome is recorded', undefined],
    ['the store is unavailable', new StoreError('unavailable', 'away')],
  ])('answers with timeout at the deadline if %s', async (_, recorded) => {
    const { clock, outcomes, senderAt, add } = rig(recorded)
    add(senderAt(4), 'c1')
    await clock.run(1_010)
    expect(outcomes).toEqual(['c1: timeout'])
  })

  it('looks up each command at its own deadline, and none that has its outcome', async () => {
    const { clock, pending, lookedUp, senderAt, add } = rig()
    add(senderAt(4), 'c1', { commandId: 'first' })
    await clock.run(400)
    const concluded = add(senderAt(4), 'c2', { commandId: 'concluded' })
    add(senderAt(4), 'c3', { commandId: 'last' })
    pending.conclude(concluded, unavailable)
    await clock.run(599)
    expect(lookedUp).toEqual([])
    await clock.run(1)
    expect(lookedUp).toEqual(['first'])
    await clock.run(400)
    expect(lookedUp).toEqual(['first', 'last'])
  })
})
