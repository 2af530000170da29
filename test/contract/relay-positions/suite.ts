import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { RelayPositions } from '../../../shared/ports/relay-positions.ts'
import { fillRoom } from '../stored-chat.ts'

/** Positions under test, on the store of their rooms. */
export interface OpenRelayPositions extends AsyncDisposable {
  readonly store: EventStore
  readonly positions: RelayPositions
}

/** New rooms with this many messages, so with a head of one more, ordered by id. */
const rooms = async (store: EventStore, messages: readonly number[]): Promise<readonly string[]> => {
  const made: string[] = []
  for (const count of messages) made.push(await fillRoom(store, [randomUUID()], count))
  return made.toSorted()
}

/** The contract of the RelayPositions port. */
export const relayPositionsSuite = (name: string, open: () => Promise<OpenRelayPositions>): void => {
  describe(`RelayPositions: ${name}`, () => {
    it('returns the saved position of each room in the order asked, and 0 for a room without one', async () => {
      await using opened = await open()
      const [one = '', two = ''] = await rooms(opened.store, [1, 1])
      await opened.positions.save('a sink', [{ room: two, seq: 2 }])
      expect(await opened.positions.of('a sink', [two, one])).toEqual([
        { room: two, seq: 2 },
        { room: one, seq: 0 },
      ])
      await opened.positions.save('a sink', [{ room: two, seq: 3 }])
      expect(await opened.positions.of('a sink', [two])).toEqual([{ room: two, seq: 3 }])
      expect(await opened.positions.of('another sink', [two])).toEqual([{ room: two, seq: 0 }])
    })

    it('finds the rooms with events after their position, in pages ordered by room', async () => {
      await using opened = await open()
      const all = await rooms(opened.store, [2, 2, 2, 2])
      const [first = '', second = '', third = '', fourth = ''] = all
      await opened.positions.save('a sink', [
        { room: second, seq: 3 },
        { room: third, seq: 2 },
      ])
      expect(await opened.positions.behind('a sink', undefined, 2)).toEqual([
        { room: first, seq: 0 },
        { room: third, seq: 2 },
      ])
      expect(await opened.positions.behind('a sink', third, 2)).toEqual([{ room: fourth, seq: 0 }])
      expect(await opened.positions.behind('a sink', fourth, 2)).toEqual([])
    })
  })
}
