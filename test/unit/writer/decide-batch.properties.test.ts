import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decision } from '../../../services/writer/batch-state.ts'
import { outcomeKey, readSetOf } from '../../../services/writer/read-set.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { batches, rooms, users } from './arbitrary-commands.ts'
import { afterAll, lowLimits as limits, ofRoom, runBatches as run } from './run-batches.ts'

const timeOf = ({ data }: StoredEvent): string => /"created_at":"([^"]+)"/.exec(data)?.[1] ?? 'none'

/** A decision without the flag that distinguishes a repeat from the first one. */
const essence = (decision: Decision): object => ({ ...decision, isRepeat: undefined })

/** The members of a room, computed from its events in the simplest way. */
const membersOf = (events: readonly StoredEvent[]): ReadonlySet<string> => {
  const members = new Set<string>()
  for (const { type, data } of events) {
    const body = JSON.parse(data) as { users?: readonly string[]; chat?: { users?: readonly string[] } }
    const named = body.users ?? body.chat?.users ?? []
    if (type === 'ChatCreated' || type === 'UsersAdded') for (const user of named) members.add(user)
    if (type === 'UsersRemoved') for (const user of named) members.delete(user)
  }
  return members
}

const holds = (promise: (some: readonly (readonly Command[])[]) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(batches, promise), { numRuns: 300 })

describe('Deciding any commands in any batches', () => {
  it('gives the events of every room gapless seqs', () =>
    holds(async (some) => {
      const { events } = await afterAll(some)
      for (const room of rooms) {
        const seqs = ofRoom(events, room).map(({ seq }) => seq)
        expect(seqs).toEqual(seqs.map((_, index) => index + 1))
      }
    }))

  it('never decreases the time of a room', () =>
    holds(async (some) => {
      const { events } = await afterAll(some)
      for (const room of rooms) {
        const times = ofRoom(events, room).map(timeOf)
        expect(times).toEqual(times.toSorted())
      }
    }))

  it('records one outcome per command, rejections included', () =>
    holds(async (some) => {
      const { decisions } = await afterAll(some)
      const commands = some.flat()
      const said = new Map<string, object>()
      for (const [index, command] of commands.entries()) {
        const decision = decisions[index]
        if (decision === undefined) throw new Error('every command must be decided')
        const key = JSON.stringify([outcomeKey(command), command.digest])
        const first = said.get(key)
        if (decision.kind === 'conflict') {
          expect(first).toBeUndefined()
          continue
        }
        if (first === undefined) said.set(key, essence(decision))
        else expect(essence(decision)).toEqual(first)
      }
      expect(decisions).toHaveLength(commands.length)
    }))

  it('changes nothing when every command is delivered again in other batches', () =>
    holds(async (some) => {
      const { memory, decisions, events } = await afterAll(some)
      const commands = some.flat()
      const again = await run(memory, [commands.slice(0, 7), commands.slice(7)])
      expect(memory.events()).toEqual(events)
      const isConflict = (_: Decision, index: number): boolean => decisions[index]?.kind === 'conflict'
      const isRecorded = (decision: Decision, index: number): boolean => !isConflict(decision, index)
      expect(again.filter(isRecorded).map(essence)).toEqual(decisions.filter(isRecorded).map(essence))
      expect(again.filter(isRecorded).filter((decision) => 'isRepeat' in decision && !decision.isRepeat)).toEqual([])
      // A conflict is not recorded: a sender who has lost the membership meanwhile gets `forbidden`.
      for (const decision of again.filter(isConflict)) {
        if (decision.kind !== 'conflict') expect(decision).toMatchObject({ rejection: { code: 'forbidden' } })
      }
    }))

  it('makes the same decisions for every division into batches', () =>
    holds(async (some) => {
      const { decisions } = await afterAll(some)
      const singles = await afterAll(some.flat().map((command) => [command]))
      const whole = await afterAll([some.flat()])
      expect(singles.decisions).toEqual(decisions)
      expect(whole.decisions).toEqual(decisions)
    }))

  it('counts exactly the members that the events add and remove, within the limit', () =>
    holds(async (some) => {
      const { memory, events } = await afterAll(some)
      for (const room of rooms) {
        const members = membersOf(ofRoom(events, room))
        const everyone = users.map((user) => ({ room, user }))
        const appender = await memory.store.openAppender()
        const { chats } = await appender.read({ ...readSetOf([], 0), rooms: [room], members: everyone })
        expect(chats.get(room)?.memberCount ?? 0).toBe(members.size)
        expect(chats.get(room)?.members ?? new Set()).toEqual(members)
        expect(members.size).toBeLessThanOrEqual(limits.membersPerChat)
      }
    }))

  it('never adds a user to more chats than the limit', () =>
    holds(async (some) => {
      const memory = memoryStore()
      await run(memory, some, { ...limits, chatsPerUser: 1 })
      const inChats = rooms.flatMap((room) => [...membersOf(ofRoom(memory.events(), room))])
      expect(new Set(inChats).size).toBe(inChats.length)
    }))

  it('creates at most one user per external id', () =>
    holds(async (some) => {
      const { events } = await afterAll(some)
      const made = events.filter(({ type }) => type === 'UserCreated').map(({ data }) => JSON.parse(data).user.externalUserId)
      expect(new Set(made).size).toBe(made.length)
    }))
})

describe('The generated commands of these properties', () => {
  it('lead to every kind of decision', async () => {
    const kinds = new Set<string>()
    for (const some of fc.sample(batches, { numRuns: 200, seed: 1 })) {
      for (const decision of (await afterAll(some)).decisions) {
        kinds.add(decision.kind === 'rejection' ? `rejection ${decision.rejection.code}` : decision.kind)
      }
    }
    expect([...kinds].sort()).toEqual([
      'conflict',
      'event',
      'rejection forbidden',
      'rejection invalid',
      'rejection unknown_user',
      'user',
    ])
  })
})
