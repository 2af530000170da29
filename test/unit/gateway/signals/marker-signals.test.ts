import { describe, expect, it } from 'vitest'
import { createReportMarker } from '../../../../services/gateway/signals/marker-signals.ts'
import { createSignalPublisher } from '../../../../services/gateway/signals/signal-publisher.ts'
import type { Publication } from '../../../../shared/ports/fan-out.ts'
import type { RoomSignal, UserSignal } from '../../../../shared/records/signals.ts'
import { defaultBounds } from '../../../../shared/runtime/config/bounds.ts'
import { uuid } from '../../domain/chat-fixtures.ts'
import type { Member } from './signal-rig.ts'
import { pushed, room, signalRig } from './signal-rig.ts'

const user = '01a20e3b-6107-7742-ac5b-fcb05f0baa1b'

const reported = async (members: number | Error) => {
  const published: [string, RoomSignal | UserSignal][] = []
  const dropped: string[] = []
  const report = createReportMarker({
    publisher: {
      publish: (_, channel, signal) => {
        published.push([channel, signal])
        return true
      },
    },
    roomSize: async () => {
      if (members instanceof Error) throw members
      return members
    },
    receiptMembers: 100,
    onDropped: (reason) => dropped.push(reason),
  })
  await report({ room, user, seq: 5, gen: 0 })
  return { published, dropped }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const toOwnDevices = [`signal:user:${user}`, { read: { room, user, seq: 5, gen: 0 } }]

describe('A moved read marker', () => {
  it('is reported to those who watch a small room, and to the devices of the user', async () => {
    const { published } = await reported(100)
    expect(published).toEqual([toOwnDevices, [`signal:room:${room}`, { read: { room, user, seq: 5, gen: 0 } }]])
  })

  it('is reported only to the devices of the user in a larger room', async () => {
    expect((await reported(101)).published).toEqual([toOwnDevices])
  })

  it('is reported only to the devices of the user if the number of members cannot be read', async () => {
    expect(await reported(new Error('away'))).toEqual({ published: [toOwnDevices], dropped: ['store'] })
  })

  it('is reported with all others of one statement, and none is dropped', async () => {
    const channels: string[] = []
    const dropped: string[] = []
    const onDropped = (reason: string): void => void dropped.push(reason)
    const publish = async (items: readonly Publication[]): Promise<void> => {
      channels.push(...items.map(({ channel }) => channel))
    }
    const { signalsWaiting, lookupItems } = defaultBounds
    const publisher = createSignalPublisher({ fanOut: { state: 'up', publish }, maxWaiting: signalsWaiting, onDropped })
    const report = createReportMarker({ publisher, roomSize: async () => 2, receiptMembers: 100, onDropped })
    const users = Array.from({ length: lookupItems }, (_, n) => uuid(2, n))
    await Promise.all(users.map((each) => report({ room, user: each, seq: 5, gen: 0 })))
    while (channels.length + dropped.length < 2 * lookupItems) await settle()
    expect([channels.length, dropped]).toEqual([2 * lookupItems, []])
  })
})

describe('A marker that a device has moved', () => {
  it('reaches those who watch the room, and the devices of the user that watch anything', async () => {
    const { rig, members, ask, device } = await signalRig(['ann', 'bob', 'cyd'])
    const [ann, bob, cyd] = members as [Member, Member, Member]
    const phone = await device('bob')
    const idle = await device('bob')
    await ask(ann, 'watch', { rooms: [room] })
    await ask(phone, 'watch', {})
    for (const msg of ['one', 'two']) await ask(ann, 'new-message', { msg, type: 'text' }, room)
    await rig.clock.run(2_000)
    expect(await ask(bob, 'mark-read', { seq: 3 }, room)).toMatchObject({ seq: 3, unread: 0 })
    await rig.clock.run(2_000)
    const read = [{ user_id: bob.id, seq: 3, gen: 0 }]
    expect([pushed(ann, 'read'), pushed(phone, 'read')]).toEqual([read, read])
    expect([pushed(idle, 'read'), pushed(cyd, 'read')]).toEqual([[], []])
  })
})

describe('The settings of a chat that a device has changed', () => {
  it('reach the devices of the user that watch anything, and no other user', async () => {
    const { rig, members, ask, device } = await signalRig(['ann', 'bob'])
    const [ann, bob] = members as [Member, Member]
    const phone = await device('bob')
    const idle = await device('bob')
    await ask(ann, 'watch', { rooms: [room], users: [bob.id] })
    await ask(phone, 'watch', {})
    const muted_until = '2126-01-01T00:00:00.000Z'
    for (const hidden of [true, false]) await ask(bob, 'set-chat-settings', { muted_until, hidden }, room)
    await rig.clock.run(2_000)
    expect(pushed(phone, 'settings')).toEqual([{ muted_until, hidden: true }, { muted_until }])
    expect([pushed(idle, 'settings'), pushed(ann, 'settings')]).toEqual([[], []])
  })
})
