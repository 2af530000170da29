import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEphemeral } from '../../load/ephemeral/ephemeral.ts'
import type { EphemeralKind } from '../../load/ephemeral/ephemeral-counts.ts'
import type { Device } from '../../support/load/device.ts'
import type { FrameView } from '../../support/load/frame-view.ts'
import type { Load } from '../../support/load/load.ts'
import { createLoad } from '../../support/load/load.ts'
import type { ParsedFrame } from '../../support/load/parse-frame.ts'

interface Asked {
  readonly user: number
  readonly event: string
  readonly body: object
  readonly room: string | undefined
}

type Answer = (asked: Asked) => object | Error

const confirm: Answer = ({ event, body }) =>
  event === 'mark-read' ? { ...body, unread: 0, mentions: 0, as_of: 9 } : { sent: true }

/** A load of two users in one room, without sockets; `answer` answers their requests. */
const rig = async (kinds: readonly EphemeralKind[], answer: Answer = confirm) => {
  const asked: Asked[] = []
  const whole = createLoad({
    ...{ users: 2, rooms: 1, roomSize: '2', messageSize: '20', urls: ['ws://127.0.0.1:1'], tag: 1, seed: 1, startMs: 0 },
  })
  const deviceOf = (user: number): Device => ({
    ...(whole.devices.get(user) as Device),
    user,
    userId: `u${user}`,
    isBound: true,
    ask: async (event, body, room) => {
      const question = { user, event, body: body as object, room }
      asked.push(question)
      const answered = answer(question)
      if (answered instanceof Error) throw answered
      return { event, body: answered } as ParsedFrame
    },
  })
  const devices = new Map([0, 1].map((user) => [user, deviceOf(user)]))
  const load: Load = { ...whole, devices, context: { ...whole.context, now: () => Date.now() } }
  const ephemeral = createEphemeral(load, kinds)
  await ephemeral.start()
  const { observer } = load.context
  const send = (user: number) => observer.sending(user, { event: 'new-message', room: 1 })
  const receive = (user: number, seq: number, operation = 0) =>
    observer.received(user, { event: 'new-message', room: 1, seq, operation } as FrameView)
  const events = (event: string) => asked.filter((each) => each.event === event)
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  return { ephemeral, observer, asked, send, receive, events, pass, room: load.context.ids.room(1) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('The ephemeral traffic of a load', () => {
  it('watches the rooms of each user, and again when a new socket is bound', async () => {
    const { events, observer, room } = await rig(['typing'])
    expect(events('watch').map(({ user, body }) => [user, body])).toEqual([
      [0, { rooms: [room] }],
      [1, { rooms: [room] }],
    ])
    observer.bound(1)
    expect(events('watch')).toHaveLength(3)
  })

  it('announces a message by typing, once until the message is received, and at most every three seconds', async () => {
    const { ephemeral, events, send, receive, pass } = await rig(['typing'])
    send(0)
    send(0)
    expect(events('signal')).toHaveLength(1)
    receive(0, 2, 7)
    send(0)
    expect(events('signal')).toHaveLength(2)
    await pass(3_000)
    send(0)
    expect(events('signal')).toHaveLength(3)
    await pass(0)
    expect(ephemeral.measures.typing?.counts).toMatchObject({ sent: 3, accepted: 3, dropped: 0, failed: 0 })
    expect(events('mark-read')).toEqual([])
  })

  it('measures the time from a signal to each watcher, apart from users who read slowly', async () => {
    const { ephemeral, observer, pass } = await rig(['typing'])
    const sentAt = Date.now()
    await pass(40)
    const frame: ParsedFrame = { event: 'signal', body: { kind: 'typing', data: { sent_at: sentAt } } }
    observer.pushed(1, frame, false)
    observer.pushed(1, frame, true)
    observer.pushed(1, { event: 'drain', body: {} }, false)
    const { counts, latency } = ephemeral.measures.typing ?? {}
    expect(counts?.received).toBe(2)
    expect(latency?.summary()).toMatchObject({ count: 1, max: expect.closeTo(40, 0) })
  })

  it('marks what a user has received as read, two seconds after the first message, with the last seq', async () => {
    const { ephemeral, events, receive, pass, room } = await rig(['read'])
    receive(1, 4)
    await pass(1_500)
    receive(1, 6)
    receive(0, 6, 3)
    await pass(1_500)
    expect(events('mark-read')).toEqual([{ user: 1, event: 'mark-read', body: { gen: 0, seq: 6 }, room }])
    expect(ephemeral.measures.read?.counts).toMatchObject({ sent: 1, accepted: 1, failed: 0 })
    receive(1, 7)
    const stopped = ephemeral.stop()
    await pass(100)
    await stopped
    expect(events('mark-read')).toHaveLength(2)
    expect(events('signal')).toEqual([])
  })

  it('counts signals that the service did not pass on, and requests without an answer', async () => {
    const { ephemeral, send, receive, pass } = await rig(['read', 'typing'], ({ event, user }) =>
      event === 'mark-read' || user === 1 ? new Error('closed') : { sent: false },
    )
    send(0)
    send(1)
    receive(0, 3)
    await pass(5_000)
    expect(ephemeral.measures.typing?.counts).toMatchObject({ sent: 2, accepted: 0, dropped: 1, failed: 1 })
    expect(ephemeral.measures.read?.counts).toMatchObject({ sent: 1, accepted: 0, failed: 1 })
  })

  it('reports a marker that went back, and gives the last markers for a recount', async () => {
    const seqs = [5, 3, 3]
    const { ephemeral, receive, pass, room } = await rig(['read'], ({ event }) =>
      event === 'mark-read' ? { gen: 0, seq: seqs.shift(), unread: 6, mentions: 0, as_of: 9 } : {},
    )
    receive(1, 5)
    await pass(2_000)
    expect(ephemeral.problems).toEqual([])
    receive(1, 2)
    await pass(2_000)
    const gone = `J3: room ${room}, user u1: the answer 0:3 as of 9 is before 0:5`
    expect(ephemeral.problems).toEqual([gone])
    expect(await ephemeral.markers()).toEqual([{ room, user: 'u1', read: { gen: 0, seq: 3 }, unread: 6, mentions: 0, asOf: 9 }])
    expect(ephemeral.problems).toEqual([gone, gone])
  })
})
