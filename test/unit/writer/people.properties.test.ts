import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import { requestSchemas } from '../../../shared/protocol/requests.ts'
import { chatCommandOf, userCommandOf } from '../../../shared/records/command-of.ts'
import { directChatId } from '../../../shared/records/direct-chat-id.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { at, uuid } from '../domain/chat-fixtures.ts'
import { afterAll, lowLimits, runBatches } from './run-batches.ts'
import { createUser } from './users.ts'

const users = [uuid(2, 1), uuid(2, 2), uuid(2, 3)] as const
const schemas = requestSchemas(defaultLimits)
const user = fc.constantFrom(...users)
/** Few ids, so that they repeat with the same and with different content. */
const id = fc.integer({ min: 1, max: 6 }).map((n) => uuid(3, n))
const source = fc.integer({ min: 1, max: 59 }).map((n) => ({ newId: () => uuid(5, n), now: () => at(n) }))

const parsed = <Event extends 'create-chat' | 'set-block' | 'update-user'>(event: Event, body: object) =>
  schemas[event].parse({ event, body }) as Extract<Request, { event: Event }>

const opening = fc
  .record({ by: user, other: user, source })
  .map(({ by, other, source: given }) => chatCommandOf(parsed('create-chat', { users: [other], direct: true }), by, given))
const blocking = fc
  .record({ by: user, other: user, on: fc.boolean(), id, source })
  .map(({ by, other, on, id: own, source: given }) => userCommandOf(parsed('set-block', { user: other, on, id: own }), by, given))
const renaming = fc
  .record({ by: user, name: fc.constantFrom('', 'one', 'two'), id, source })
  .map(({ by, name, id: own, source: given }) => userCommandOf(parsed('update-user', { user: { name }, id: own }), by, given))

const batches: fc.Arbitrary<readonly (readonly Command[])[]> = fc
  .array(fc.array(fc.oneof(opening, blocking, renaming), { minLength: 1, maxLength: 6 }), { maxLength: 6 })
  .map((some) => [[createUser(1), createUser(2), createUser(3)], ...some])

const holds = (promise: (some: readonly (readonly Command[])[]) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(batches, promise), { numRuns: 200 })

describe('Deciding commands of people', () => {
  it('makes the same decisions and stores the same events for every division into batches', () =>
    holds(async (some) => {
      const { decisions, events } = await afterAll(some)
      expect(await afterAll(some.flat().map((command) => [command]))).toMatchObject({ decisions, events })
      expect(await afterAll([some.flat()])).toMatchObject({ decisions, events })
    }))

  it('stores no change of a user again when every command is delivered again', () =>
    holds(async (some) => {
      const { memory, events } = await afterAll(some)
      await runBatches(memory, [some.flat()])
      const ofUsers = (all: typeof events) => all.filter(({ stream }) => (users as readonly string[]).includes(stream))
      expect(ofUsers(memory.events())).toEqual(ofUsers(events))
    }))

  it('creates at most one direct chat for each pair, and none while a block is set between the two', () =>
    holds(async (some) => {
      const { events } = await afterAll(some)
      const blocks = new Set<string>()
      const opened = new Set<string>()
      for (const { type, stream, data } of events) {
        const body = JSON.parse(data)
        if (type === 'BlockSet' && body.on) blocks.add(`${stream} ${body.user}`)
        if (type === 'BlockSet' && !body.on) blocks.delete(`${stream} ${body.user}`)
        if (type !== 'ChatCreated') continue
        const [one = '', other = ''] = body.chat.users as string[]
        expect(stream).toBe(directChatId(one, other))
        expect(opened.has(stream)).toBe(false)
        opened.add(stream)
        expect(blocks.has(`${one} ${other}`) || blocks.has(`${other} ${one}`)).toBe(false)
      }
    }))

  it('gives the events of each user gapless seqs and times that never decrease, within the limit of blocks', () =>
    holds(async (some) => {
      const { events } = await afterAll(some)
      for (const [stream, own] of Map.groupBy(events, (event) => event.stream)) {
        expect(own.map(({ seq }) => seq)).toEqual(own.map((_, index) => index + 1))
        const modified = own.flatMap(({ type, data }) =>
          type === 'UserUpdated' ? [JSON.parse(data).user.modified_at as string] : [],
        )
        expect(modified).toEqual(modified.toSorted())
        const blocked = new Set<string>()
        for (const { type, data } of own) {
          if (type !== 'BlockSet') continue
          const { user: other, on } = JSON.parse(data)
          if (on) blocked.add(other)
          else blocked.delete(other)
          expect(other).not.toBe(stream)
          expect(blocked.size).toBeLessThanOrEqual(lowLimits.blocks)
        }
      }
    }))
})
