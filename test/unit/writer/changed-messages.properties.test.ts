import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactedDigest } from '../../../shared/ports/event-store.ts'
import { contentOf } from '../../../shared/records/redaction.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { changingBatches, rooms } from './arbitrary-commands.ts'
import { afterAll, lowLimits, ofRoom, runBatches } from './run-batches.ts'

type Body = Readonly<Record<string, unknown>> & { readonly message: string }

const holds = (promise: (some: readonly (readonly Command[])[]) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(changingBatches, promise), { numRuns: 300 })

/** The events of each room, with their bodies, by the simplest reading. */
const eventsByRoom = async (some: readonly (readonly Command[])[]) => {
  const { events } = await afterAll(some)
  return rooms.map((room) => ofRoom(events, room).map((event) => ({ ...event, body: JSON.parse(event.data) as Body })))
}

describe('Deciding commands that change the same messages', () => {
  it('makes the same decisions and stores the same events for every division into batches', () =>
    holds(async (some) => {
      const { decisions, events } = await afterAll(some)
      const singles = await afterAll(some.flat().map((command) => [command]))
      const whole = await afterAll([some.flat()])
      expect(singles).toMatchObject({ decisions, events })
      expect(whole).toMatchObject({ decisions, events })
    }))

  it('changes nothing when every command is delivered again in other batches', () =>
    holds(async (some) => {
      const { memory, events } = await afterAll(some)
      const commands = some.flat()
      await runBatches(memory, [commands.slice(0, 7), commands.slice(7)])
      expect(memory.events()).toEqual(events)
    }))

  it('leaves content exactly in the events of messages that are not deleted', () =>
    holds(async (some) => {
      for (const events of await eventsByRoom(some)) {
        const deleted = new Set(
          events.filter(({ type }) => type === 'MessageDeleted').map(({ data }) => JSON.parse(data).message.id as string),
        )
        for (const event of events) {
          const message = contentOf(event)
          if (message !== undefined) expect(event.digest === redactedDigest).toBe(deleted.has(message))
          if (message !== undefined && deleted.has(message)) expect(event.data).not.toMatch(/one|two|three|four|"reply"/)
        }
      }
    }))

  it('counts in each reaction the users who have set it, within the limit of different ones', () =>
    holds(async (some) => {
      for (const events of await eventsByRoom(some)) {
        const set = new Map<string, Set<string>>()
        for (const { type, body } of events) {
          if (type !== 'ReactionSet') continue
          const key = `${body.message} ${body.reaction}`
          const before = set.get(key) ?? new Set<string>()
          set.set(key, body.on === true ? before.add(String(body.user_id)) : before.difference(new Set([String(body.user_id)])))
          expect(body.count).toBe(set.get(key)?.size)
          const keys = [...set].filter(([name, users]) => name.startsWith(body.message) && users.size > 0)
          expect(keys.length).toBeLessThanOrEqual(lowLimits.reactionKeys)
        }
      }
    }))

  it('never pins more messages, and never edits one more often, than the limits', () =>
    holds(async (some) => {
      for (const events of await eventsByRoom(some)) {
        const pinned = new Set<string>()
        const edits = new Map<string, number>()
        for (const { type, body, data } of events) {
          if (type === 'PinSet' && body.on === true) pinned.add(body.message)
          if (type === 'PinSet' && body.on === false) pinned.delete(body.message)
          if (type === 'MessageDeleted') pinned.delete(JSON.parse(data).message.id)
          const edited = type === 'MessageEdited' ? String(JSON.parse(data).message.id) : undefined
          if (edited !== undefined) edits.set(edited, (edits.get(edited) ?? 0) + 1)
          expect(pinned.size).toBeLessThanOrEqual(lowLimits.pins)
        }
        for (const count of edits.values()) expect(count).toBeLessThanOrEqual(lowLimits.editsPerMessage)
      }
    }))

  it('is generated with every kind of event and rejection', async () => {
    const kinds = new Set<string>()
    for (const some of fc.sample(changingBatches, { numRuns: 200, seed: 1 })) {
      const { decisions, events } = await afterAll(some)
      for (const decision of decisions) kinds.add(decision.kind === 'rejection' ? decision.rejection.code : decision.kind)
      for (const { type, digest } of events) kinds.add(digest === redactedDigest ? `redacted ${type}` : type)
    }
    const rejections = ['conflict', 'event', 'forbidden', 'invalid', 'unknown_message']
    const types = ['ChatCreated', 'MessageDeleted', 'MessageEdited', 'MessagePosted', 'PinSet', 'ReactionSet']
    const others = ['UserCreated', 'UsersAdded', 'UsersRemoved', 'redacted MessageEdited', 'redacted MessagePosted']
    expect([...kinds].sort()).toEqual([...rejections, ...types, ...others].sort())
  })
})
