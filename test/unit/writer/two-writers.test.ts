import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Command } from '../../../shared/domain/commands.ts'
import type { LogRecord } from '../../../shared/ports/command-log.ts'
import { memoryStore } from '../../support/memory-store/memory-store.ts'
import { batches, rooms } from './arbitrary-commands.ts'
import { recordOf, writerRig } from './writer-rig.ts'

/** The order in which the events of a room's commands stand in the log of commands. */
const expectedOrder = (log: readonly Command[], commandIds: readonly string[]): readonly string[] => {
  const places = new Map<string, number>()
  for (const [place, { id }] of log.entries()) if (!places.has(id)) places.set(id, place)
  return commandIds.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
}

it('a writer that lost its partition and goes on beside the new one stores nothing twice and reorders nothing', () =>
  fc.assert(
    fc.asyncProperty(batches, fc.scheduler(), async (some, scheduler) => {
      const memory = memoryStore({ pause: (point) => scheduler.schedule(Promise.resolve(), point) })
      const records = some.map((commands) => commands.map((command) => recordOf(command)))
      const consume = async (batchesOfLog: readonly (readonly LogRecord[])[]): Promise<void> => {
        const rig = await writerRig({ memory })
        for (const batch of batchesOfLog) await rig.deliver(batch)
      }
      const both = Promise.all([consume(records), consume([records.flat()])])
      await scheduler.waitFor(both)
      for (const room of rooms) {
        const events = memory.events().filter(({ stream }) => stream === room)
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
        const ids = events.map(({ commandId }) => commandId)
        expect(new Set(ids).size).toBe(ids.length)
        const ofRoom = some.flat().filter((command) => command.room === room)
        expect(ids).toEqual(expectedOrder(ofRoom, ids))
      }
    }),
    { numRuns: 200 },
  ))
