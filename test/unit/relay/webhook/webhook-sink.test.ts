import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../../shared/runtime/process/system-clock.ts'
import { parkedRoomsSuite } from '../../../contract/parked-rooms/suite.ts'
import { roomWithChanges } from '../../../contract/room-with-changes.ts'
import { until } from '../../../support/poll.ts'
import { accepted, acceptedSeqs, startWebhookEndpoint } from '../../../support/webhook-endpoint.ts'
import { memoryParkedRooms } from '../memory-parked-rooms.ts'
import { eventsOf, seqsUpTo, testTimes, webhookRig } from './webhook-rig.ts'

parkedRoomsSuite('in memory', async () => ({ rooms: memoryParkedRooms(), [Symbol.asyncDispose]: async () => {} }))

const roomOf = ([first]: readonly { readonly room: string }[]): string => first?.room ?? ''

describe('the webhook sink', () => {
  it('sends the events of a room in order, one request at a time, and ends when all are accepted', async () => {
    await using endpoint = await startWebhookEndpoint()
    await using rig = webhookRig(endpoint.url)
    const sink = await rig.start()
    const events = await rig.room(9)
    await sink.deliver(events)
    expect(endpoint.received.map(({ seq }) => seq)).toEqual(seqsUpTo(10))
    expect(endpoint.mostOfOneRoom).toBe(1)
    expect(rig.parkedRooms.rows.size).toBe(0)
    expect(JSON.parse(endpoint.received[1]?.text ?? '')).toMatchObject({
      v: 1,
      event: 'new-message',
      seq: 2,
      body: { msg: 'message 2' },
    })
  })

  it('retries a room whose endpoint fails until it accepts, in order, while other rooms continue', async () => {
    let isDown = true
    let broken = ''
    await using endpoint = await startWebhookEndpoint(({ room }) => (room === broken && isDown ? { status: 503 } : accepted))
    await using rig = webhookRig(endpoint.url)
    const sink = await rig.start()
    const [failing, other] = [await rig.room(4), await rig.room(4)]
    broken = roomOf(failing)
    await sink.deliver(failing.slice(0, 2))
    await sink.deliver(other)
    expect(acceptedSeqs(endpoint, roomOf(other))).toEqual(seqsUpTo(5))
    await sink.deliver(failing.slice(2))
    await until('several attempts', () => endpoint.received.filter(({ room }) => room === broken).length > 3)
    expect(new Set(endpoint.received.filter(({ room }) => room === broken).map(({ seq }) => seq))).toEqual(new Set([1]))
    isDown = false
    await until('all events', () => acceptedSeqs(endpoint, broken).length === 5)
    expect(acceptedSeqs(endpoint, broken)).toEqual(seqsUpTo(5))
    await until('the room to be released', () => rig.parkedRooms.rows.size === 0)
  })

  it.each([408, 429, 500, 502, 503, 504, 302])('retries after the status %d', async (status) => {
    let isFirst = true
    await using endpoint = await startWebhookEndpoint(() => {
      const answer = isFirst ? { status, headers: { location: 'http://127.0.0.1:1/' } } : accepted
      isFirst = false
      return answer
    })
    await using rig = webhookRig(endpoint.url)
    const sink = await rig.start()
    const events = await rig.room(0)
    await sink.deliver(events)
    await until('the second attempt', () => acceptedSeqs(endpoint, roomOf(events)).length === 1)
    expect(endpoint.received.map(({ headers }) => headers['webhook-id'])).toEqual([`${roomOf(events)}:1`, `${roomOf(events)}:1`])
    expect(rig.deadLetters).toEqual([])
  })

  it('waits for as long as Retry-After says', async () => {
    let isFirst = true
    await using endpoint = await startWebhookEndpoint(() => {
      const answer = isFirst ? { status: 429, headers: { 'retry-after': '1' } } : accepted
      isFirst = false
      return answer
    })
    await using rig = webhookRig(endpoint.url)
    const sink = await rig.start()
    await sink.deliver(await rig.room(0))
    await until('the second attempt', () => endpoint.received.length === 2)
    const [first, second] = endpoint.received.map(({ atMs }) => atMs)
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990)
  })

  it.each([400, 401, 404, 422])(
    'records a dead letter without content after the status %d, and continues with the next event',
    async (status) => {
      await using endpoint = await startWebhookEndpoint(({ seq }) => (seq === 2 ? { status } : accepted))
      await using rig = webhookRig(endpoint.url)
      const sink = await rig.start()
      const events = await rig.room(2)
      await sink.deliver(events)
      expect(endpoint.received.map(({ seq }) => seq)).toEqual([1, 2, 3])
      expect(rig.parkedRooms.deadLetters).toEqual([`${roomOf(events)}:2 status ${status}`])
      expect(rig.deadLetters).toEqual(['status'])
      expect(rig.log.lines.join()).not.toContain('message 2')
    },
  )

  it('gives an event up when it has failed for too long, and continues with the next one', async () => {
    await using endpoint = await startWebhookEndpoint(({ seq }) => (seq === 1 ? { status: 500 } : accepted))
    await using rig = webhookRig(endpoint.url, { times: { ...testTimes, webhookGiveUpMs: 150 } })
    const sink = await rig.start()
    const events = await rig.room(1)
    await sink.deliver(events)
    await until('the next event', () => acceptedSeqs(endpoint, roomOf(events)).length === 1)
    expect(rig.parkedRooms.deadLetters).toEqual([`${roomOf(events)}:1 expired, status 500`])
    expect(rig.deadLetters).toEqual(['expired'])
  })

  it('ends the subscription of a URL after the status 410, also after a restart, but not that of another URL', async () => {
    await using endpoint = await startWebhookEndpoint(({ seq }) => (seq === 2 ? { status: 410 } : accepted))
    await using rig = webhookRig(endpoint.url)
    const sink = await rig.start()
    const events = await rig.room(4)
    await sink.deliver(events)
    await sink.deliver(events)
    const restarted = await rig.start()
    await restarted.deliver(events)
    expect([sink.hasEnded, restarted.hasEnded]).toEqual([true, true])
    expect(endpoint.received.map(({ seq }) => seq)).toEqual([1, 2])
    const elsewhere = await rig.start({ target: { url: `${endpoint.url}/2`, secrets: [] } })
    await elsewhere.deliver(events.slice(2))
    expect(endpoint.received.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  })

  it('parks a slow room without giving up its request, and sends nothing twice', async () => {
    const held = Promise.withResolvers<void>()
    let slow = ''
    await using endpoint = await startWebhookEndpoint(async ({ room, seq }) => {
      if (room === slow && seq === 1) await held.promise
      return accepted
    })
    await using rig = webhookRig(endpoint.url, { times: { ...testTimes, webhookLiveMs: 50 } })
    const sink = await rig.start()
    const [events, other] = [await rig.room(2), await rig.room(2)]
    slow = roomOf(events)
    await sink.deliver([...events, ...other])
    await until('the other room', () => acceptedSeqs(endpoint, roomOf(other)).length === 3)
    expect(endpoint.received.filter(({ room }) => room === slow).map(({ seq }) => seq)).toEqual([1])
    held.resolve()
    await until('the slow room', () => acceptedSeqs(endpoint, slow).length === 3)
    await until('the room to be released', () => rig.parkedRooms.rows.size === 0)
    expect(endpoint.received.filter(({ room }) => room === slow).map(({ seq }) => seq)).toEqual(seqsUpTo(3))
    expect(endpoint.mostOfOneRoom).toBe(1)
  })

  it('gives up the request of a slow room, and sends it again, if too many requests are in flight', async () => {
    const held = Promise.withResolvers<void>()
    await using endpoint = await startWebhookEndpoint(async () => {
      await held.promise
      return accepted
    })
    await using rig = webhookRig(endpoint.url, {
      times: { ...testTimes, webhookLiveMs: 50 },
      bounds: { webhookRequests: 4, webhookParkedRequests: 1 },
    })
    const sink = await rig.start()
    const rooms = [await rig.room(0), await rig.room(0), await rig.room(0)]
    await sink.deliver(rooms.flat())
    await until('two requests to be given up', () => rig.requests.filter((result) => result === 'aborted').length === 2)
    expect(endpoint.received).toHaveLength(3)
    held.resolve()
    await until('all rooms', () => rooms.every((events) => acceptedSeqs(endpoint, roomOf(events)).length === 1))
  })

  it('does not delay other rooms again for a room that was slow a short time ago', async () => {
    const held = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await using endpoint = await startWebhookEndpoint(async ({ seq }) => {
      await held[seq - 1]?.promise
      return accepted
    })
    await using rig = webhookRig(endpoint.url, { times: { ...testTimes, webhookLiveMs: 1_000 } })
    const sink = await rig.start()
    const events = await rig.room(1)
    await sink.deliver(events.slice(0, 1))
    held[0]?.resolve()
    await until('the room to be released', () => rig.parkedRooms.rows.size === 0)
    const begunMs = performance.now()
    await sink.deliver(events.slice(1))
    expect(performance.now() - begunMs).toBeLessThan(900)
    held[1]?.resolve()
    await until('the second event', () => acceptedSeqs(endpoint, roomOf(events)).length === 2)
  })

  it('continues after a restart with the rooms that were parked', async () => {
    let isDown = true
    await using endpoint = await startWebhookEndpoint(() => (isDown ? { status: 500 } : accepted))
    await using rig = webhookRig(endpoint.url)
    const first = await rig.start()
    const events = await rig.room(3)
    await first.deliver(events)
    await first.stop()
    isDown = false
    await rig.start()
    await until('all events', () => acceptedSeqs(endpoint, roomOf(events)).length === 4)
    expect(acceptedSeqs(endpoint, roomOf(events))).toEqual(seqsUpTo(4))
  })

  it('asks only for a summary, at long intervals, while no room is parked, and delivers a room at once that is parked then', async () => {
    let isFirst = true
    await using endpoint = await startWebhookEndpoint(() => {
      const answer = isFirst ? { status: 503 } : accepted
      isFirst = false
      return answer
    })
    await using rig = webhookRig(endpoint.url)
    const pauses: number[] = []
    let claims = 0
    const parkedRooms: typeof rig.parkedRooms = {
      ...rig.parkedRooms,
      claim: (...args) => {
        claims += 1
        return rig.parkedRooms.claim(...args)
      },
    }
    const clock: typeof systemClock = {
      ...systemClock,
      after: (delayMs, callback) => {
        pauses.push(delayMs)
        return systemClock.after(delayMs, callback)
      },
    }
    const sink = await rig.start({ parkedRooms, clock })
    await until('a long pause', () => pauses.some((delayMs) => delayMs > 4_000))
    expect(claims).toBe(0)
    await sink.deliver(await rig.room(2))
    const seqs = () => endpoint.received.map(({ seq, status }) => [seq, status])
    await until('all events', () => endpoint.received.length === 4, { withinMs: 2_000 })
    expect(seqs()).toEqual([
      [1, 503],
      [1, 204],
      [2, 204],
      [3, 204],
    ])
  })

  it('fails the call, so that it is repeated, if a room cannot be parked', async () => {
    await using endpoint = await startWebhookEndpoint(() => ({ status: 500 }))
    await using rig = webhookRig(endpoint.url)
    const parkedRooms = { ...rig.parkedRooms, park: () => Promise.reject(new Error('the store is down')) }
    const sink = await rig.start({ parkedRooms })
    await expect(sink.deliver(await rig.room(0))).rejects.toThrow('the store is down')
  })

  it('sends the tombstone of a message that was deleted before the request began, at the first attempt and at a retry', async () => {
    let isDown = true
    await using endpoint = await startWebhookEndpoint(() => (isDown ? { status: 500 } : accepted))
    await using rig = webhookRig(endpoint.url)
    const { act, post, remove, ann, room } = await roomWithChanges(rig.store)
    const [early, late] = [post(ann, 'early canary'), post(ann, 'late canary')]
    await act(early, late, remove(ann, early.id))
    const sink = await rig.start()
    // The event stream still has the content of both messages.
    await sink.deliver(eventsOf(room, 2, 2))
    await sink.deliver(eventsOf(room, 3, 3))
    await act(remove(ann, late.id))
    isDown = false
    await until('both events', () => acceptedSeqs(endpoint, room).length === 2)
    const texts = endpoint.received.map(({ text }) => text).join()
    expect(texts).toContain('"deleted":true')
    expect(texts).not.toContain('canary')
  })
})
