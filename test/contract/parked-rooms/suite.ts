import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ParkedRooms } from '../../../shared/ports/parked-rooms.ts'
import { until } from '../../support/poll.ts'

/** The parked rooms of one sink under test. */
export interface OpenParkedRooms extends AsyncDisposable {
  readonly rooms: ParkedRooms
}

const parked = (room: string, nextSeq: number, lastSeq: number, dueMs = 0) => ({
  room,
  nextSeq,
  lastSeq,
  failures: 0,
  reason: 'behind',
  dueMs,
})
const progress = (room: string, nextSeq: number, failures = 0, dueMs = 0) => ({
  room,
  nextSeq,
  failures,
  reason: 'behind',
  dueMs,
})

const lease = 60_000

/** The contract of the ParkedRooms port. */
export const parkedRoomsSuite = (name: string, open: () => Promise<OpenParkedRooms>): void => {
  describe(`ParkedRooms: ${name}`, () => {
    it('extends only rooms that are parked, and never shortens them', async () => {
      await using opened = await open()
      const [one, other] = [randomUUID(), randomUUID()]
      expect(await opened.rooms.extend(new Map([[one, 7]]))).toEqual(new Set())
      await opened.rooms.park([parked(one, 3, 5)])
      const heads = new Map([
        [other, 9],
        [one, 8],
      ])
      expect(await opened.rooms.extend(heads)).toEqual(new Set([one]))
      expect(await opened.rooms.extend(new Map([[one, 6]]))).toEqual(new Set([one]))
      expect(await opened.rooms.claim(10, lease)).toMatchObject([{ room: one, nextSeq: 3, lastSeq: 8, failures: 0 }])
    })

    it('claims a room that is due once, those due first first, up to the limit', async () => {
      await using opened = await open()
      const [late, early, future] = [randomUUID(), randomUUID(), randomUUID()]
      await opened.rooms.park([parked(early, 1, 1)])
      await opened.rooms.park([parked(late, 1, 1), parked(future, 1, 1, 60_000)])
      expect(await opened.rooms.claim(1, lease)).toMatchObject([{ room: early }])
      expect(await opened.rooms.claim(10, lease)).toMatchObject([{ room: late }])
      expect(await opened.rooms.claim(10, lease)).toEqual([])
    })

    it('claims a room again after its lease', async () => {
      await using opened = await open()
      const room = randomUUID()
      await opened.rooms.park([parked(room, 1, 1)])
      expect(await opened.rooms.claim(10, 0)).toHaveLength(1)
      expect(await opened.rooms.claim(10, lease)).toMatchObject([{ room }])
    })

    it('releases a room when its last event is done, but not if an event was added meanwhile', async () => {
      await using opened = await open()
      const room = randomUUID()
      await opened.rooms.park([parked(room, 1, 3)])
      await opened.rooms.claim(10, lease)
      await opened.rooms.extend(new Map([[room, 4]]))
      await opened.rooms.progress(progress(room, 4))
      expect(await opened.rooms.claim(10, lease)).toMatchObject([{ room, nextSeq: 4, lastSeq: 4 }])
      await opened.rooms.progress(progress(room, 5))
      expect(await opened.rooms.extend(new Map([[room, 5]]))).toEqual(new Set())
      expect(await opened.rooms.claim(10, lease)).toEqual([])
    })

    it('keeps the failures of a room and the time since the first of them, until an event is done', async () => {
      await using opened = await open()
      const room = randomUUID()
      await opened.rooms.park([parked(room, 1, 3)])
      await opened.rooms.progress(progress(room, 1, 1))
      await opened.rooms.progress(progress(room, 1, 2))
      const [failing] = await opened.rooms.claim(10, lease)
      expect(failing).toMatchObject({ nextSeq: 1, failures: 2 })
      await opened.rooms.progress(progress(room, 1, 3))
      const longWait = async () => (await opened.rooms.claim(10, 0)).find(({ waitsMs }) => waitsMs >= 25)
      const still = await until('the room to wait for 25 ms', longWait)
      await opened.rooms.progress(progress(room, 2))
      const [moved] = await opened.rooms.claim(10, lease)
      expect(moved).toMatchObject({ nextSeq: 2, failures: 0 })
      expect(moved?.waitsMs).toBeLessThan(still.waitsMs)
    })

    it('never goes back by progress, and goes back to the earlier event when a room is parked twice', async () => {
      await using opened = await open()
      const room = randomUUID()
      await opened.rooms.park([parked(room, 5, 9)])
      await opened.rooms.progress(progress(room, 7))
      await opened.rooms.progress(progress(room, 6))
      expect(await opened.rooms.claim(10, 0)).toMatchObject([{ nextSeq: 7, lastSeq: 9 }])
      await opened.rooms.park([parked(room, 3, 8)])
      expect(await opened.rooms.claim(10, 0)).toMatchObject([{ nextSeq: 3, lastSeq: 9 }])
    })

    it('reports the number of rooms and the longest wait', async () => {
      await using opened = await open()
      expect(await opened.rooms.summary()).toEqual({ rooms: 0, oldestMs: 0 })
      await opened.rooms.park([parked(randomUUID(), 1, 1), parked(randomUUID(), 1, 1, 60_000)])
      const { rooms, oldestMs } = await opened.rooms.summary()
      expect(rooms).toBe(2)
      expect(oldestMs).toBeLessThan(30_000)
    })

    it('forgets all rooms when the subscription of an endpoint ends, and knows that end', async () => {
      await using opened = await open()
      await opened.rooms.park([parked(randomUUID(), 1, 1)])
      expect(await opened.rooms.hasEnded('one')).toBe(false)
      await opened.rooms.end('one')
      await opened.rooms.end('one')
      expect(await opened.rooms.hasEnded('one')).toBe(true)
      expect(await opened.rooms.hasEnded('another')).toBe(false)
      expect(await opened.rooms.claim(10, lease)).toEqual([])
    })
  })
}
