import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LogRecord } from '../../../shared/ports/command-log.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { batches, rooms } from './arbitrary-commands.ts'
import { recordOf, writerRig } from './writer-rig.ts'

/** A forbidden command does not reserve its id, so the digest is part of a command's name. */
const nameOf = (id: string, digest: string): string => `${id} ${digest}`

/** Sorts the commands of a room by their first position in the log. */
const inLogOrder = (log: readonly Command[], names: readonly string[]): readonly string[] => {
  const places = new Map<string, number>()
  for (const [place, { id, digest }] of log.entries()) {
    const name = nameOf(id, digest)
    if (!places.has(name)) places.set(name, place)
  }
  return names.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
}

it('A writer that lost its partition and continues beside the new one stores nothing twice and reorders nothing', () =>
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
        const ofRoom = some.flat().filter((command) => command.stream === room)
        const names = events.map(({ commandId, digest }) => nameOf(commandId, digest))
        expect(names).toEqual(inLogOrder(ofRoom, names))
      }
    }),
    { numRuns: 200 },
  ))
