import { describe, expect, it } from 'vitest'
import { clientTimes } from '../../../shared/client/client-times.ts'
import type { RoomUnread } from '../../../shared/client/unread-state.ts'
import type { Binding, Script } from './scripted-service.ts'
import { bob, createdFrame, me, messageBody, messageFrame, room, roomOf, script } from './scripted-service.ts'

const features = ['mark-read', 'set-chat-settings']
const listed = { seq: 5, unread: 2, mentions: 1, read: { gen: 1, seq: 3 } }

/** A client that follows the room from the seq 5 on, with two unread messages. */
const following = async (binding: Binding = {}) => {
  const service = script()
  const changes: RoomUnread[] = []
  service.client.on('unread', (change) => changes.push(change))
  const socket = await service.joined({ [room]: 5 }, { features, listed, ...binding })
  changes.length = 0
  return { ...service, socket, changes }
}

const stateOf = ({ client }: Pick<Script, 'client'>) => {
  const { unread, mentions, read } = client.unread(room) ?? {}
  return [unread, mentions, read && `${read.gen}:${read.seq}`]
}
const mentioning = (seq: number, mentions: unknown) => {
  const frame = messageFrame(seq)
  return { ...frame, body: { ...frame.body, mentions } }
}

describe('The unread messages of a room', () => {
  it('are those that the list of chats counted, and every message of others since', async () => {
    const service = await following()
    expect(stateOf(service)).toEqual([2, 1, '1:3'])
    service.socket.deliver(messageFrame(6))
    service.socket.deliver(mentioning(7, [bob]))
    service.socket.deliver(mentioning(8, [me]))
    service.socket.deliver(mentioning(9, 'all'))
    expect(stateOf(service)).toEqual([6, 3, '1:3'])
    expect(service.changes.map(({ unread, mentions }) => [unread, mentions])).toEqual([
      [3, 1],
      [4, 1],
      [5, 2],
      [6, 3],
    ])
  })

  it('do not include a message twice that the list already counted', async () => {
    const service = await following({ listed: { ...listed, seq: 7 } })
    service.socket.deliver(messageFrame(6))
    service.socket.deliver(messageFrame(7))
    expect(stateOf(service)).toEqual([2, 1, '1:3'])
    service.socket.deliver(messageFrame(8))
    expect(stateOf(service)).toEqual([3, 1, '1:3'])
  })

  it('are none after another device of the user has read, and stay after another user has', async () => {
    const service = await following()
    const read = (user: string) => ({ event: 'read', room, body: { user_id: user, seq: 5, gen: 1 } })
    service.socket.deliver(read(bob))
    expect(stateOf(service)).toEqual([2, 1, '1:3'])
    service.socket.deliver(read(me))
    expect(stateOf(service)).toEqual([0, 0, '1:5'])
    await service.clock.run(2 * clientTimes.markReadMs)
    expect(service.socket.sent.filter(({ event }) => event === 'mark-read')).toEqual([])
  })

  it('are counted by the service after another device has read a part, or has marked messages as unread', async () => {
    const service = await following()
    service.socket.deliver({ event: 'read', room, body: { user_id: me, seq: 4, gen: 1 } })
    await service.clock.run(2 * clientTimes.markReadMs)
    const part = service.socket.take('mark-read')
    expect(part.body).toEqual({ seq: 0, gen: 0 })
    service.socket.answer(part, { seq: 4, gen: 1, unread: 1, mentions: 1, as_of: 5 })
    await service.clock.run(0)
    expect(stateOf(service)).toEqual([1, 1, '1:4'])
    service.socket.deliver({ event: 'read', room, body: { user_id: me, seq: 1, gen: 2 } })
    await service.clock.run(0)
    const again = service.socket.take('mark-read')
    expect(again.body).toEqual({ seq: 0, gen: 0 })
    service.socket.answer(again, { seq: 1, gen: 2, unread: 4, mentions: 1, as_of: 5 })
    await service.clock.run(0)
    expect(stateOf(service)).toEqual([4, 1, '2:1'])
  })

  it('are counted by the service after a place was read that is more than 500 messages back', async () => {
    const service = await following()
    const arrived = Array.from({ length: 600 }, (_, index) => 6 + index)
    for (const seq of arrived) service.socket.deliver(seq % 2 === 0 ? mentioning(seq, [me]) : messageFrame(seq))
    expect(stateOf(service)).toEqual([602, 100, '1:3'])
    service.client.markRead(room, 20)
    expect(stateOf(service)).toEqual([602, 100, '1:20'])
    await service.clock.run(clientTimes.markReadMs)
    service.socket.answer(service.socket.take('mark-read'), { seq: 20, gen: 1, unread: 585, mentions: 100, as_of: 605 })
    await service.clock.run(0)
    expect(stateOf(service)).toEqual([585, 100, '1:20'])
    service.client.markRead(room, 505)
    expect(stateOf(service)).toEqual([585, 100, '1:505'])
    service.client.markRead(room)
    expect(stateOf(service)).toEqual([0, 0, '1:605'])
  })

  it('are exact at once after a place was read among the newest 500 messages', async () => {
    const service = await following()
    const arrived = Array.from({ length: 600 }, (_, index) => 6 + index)
    for (const seq of arrived) service.socket.deliver(messageFrame(seq))
    service.client.markRead(room, 595)
    expect(stateOf(service)).toEqual([10, 0, '1:595'])
  })

  it('are none after an own message', async () => {
    const service = await following()
    service.socket.deliver(messageFrame(6))
    service.socket.deliver(messageFrame(7, room, me))
    expect(stateOf(service)).toEqual([0, 0, '1:7'])
  })

  it('are none in a room that was just created', async () => {
    const service = script()
    await service.bind({ features })
    service.last().deliver(createdFrame(roomOf(3)))
    expect(service.client.unread(roomOf(3))).toMatchObject({ unread: 0, mentions: 0 })
  })

  it('are not known if the service does not count them', async () => {
    const service = await following({ features: [], listed: {} })
    service.socket.deliver(messageFrame(6))
    service.client.markRead(room)
    await service.clock.run(2 * clientTimes.markReadMs)
    expect(service.client.unread(room)).toBeUndefined()
    expect(service.changes).toEqual([])
    expect(service.socket.sent.filter(({ event }) => event === 'mark-read')).toEqual([])
  })

  it('are counted again by the service after a deletion', async () => {
    const service = await following()
    const message = { ...messageBody(4), deleted: true as const }
    const body = { id: roomOf(77), user_id: bob, created_at: message.created_at, message }
    service.socket.deliver({ event: 'delete-message', room, seq: 6, body })
    await service.clock.run(clientTimes.markReadMs)
    const request = service.socket.take('mark-read')
    // A marker would count as set by the user: the service then counts messages from before markers were stored.
    expect(request).toMatchObject({ room, body: { seq: 0, gen: 0 } })
    service.socket.answer(request, { seq: 3, gen: 1, unread: 1, mentions: 0, as_of: 6 })
    await service.clock.run(0)
    expect(stateOf(service)).toEqual([1, 0, '1:3'])
  })

  it('are those of the resume after a lost connection, also where another device has read', async () => {
    const service = await following()
    service.socket.deliver(messageFrame(6))
    service.socket.drop()
    await service.clock.run(clientTimes.backoffFirstMs)
    await service.bind({
      features,
      rooms: { [room]: { seq: 6, recovered: true } },
      unread: { [room]: { unread: 1, mentions: 0, read: { gen: 1, seq: 5 } } },
    })
    expect(stateOf(service)).toEqual([1, 0, '1:5'])
  })
})

describe('A message that was received and not seen', () => {
  const sentMarkers = ({ socket }: Pick<Awaited<ReturnType<typeof following>>, 'socket'>) =>
    socket.sent.filter(({ event }) => event === 'mark-read').map((frame) => [frame.room, frame.body])
  const half = clientTimes.markDeliveredMs

  it('is reported as delivered, once with the newest of several, and does not move the marker', async () => {
    const service = await following()
    for (const seq of [6, 7]) service.socket.deliver(messageFrame(seq))
    service.client.markDelivered(room, 6)
    service.client.room(room).markDelivered()
    expect(sentMarkers(service)).toEqual([])
    await service.clock.run(half)
    expect(sentMarkers(service)).toEqual([[room, { seq: 0, gen: 0, delivered: 7 }]])
    service.client.markDelivered(room, 7)
    await service.clock.run(4 * half)
    expect(sentMarkers(service)).toHaveLength(1)
    expect(stateOf(service)).toEqual([4, 1, '1:3'])
  })

  it('is not reported as delivered if the user reads it meanwhile, or if the service stores no markers', async () => {
    const service = await following()
    service.client.markDelivered(room, 5)
    service.client.markRead(room, 5)
    await service.clock.run(clientTimes.markReadMs)
    expect(sentMarkers(service)).toEqual([[room, { seq: 5, gen: 1 }]])
    const without = await following({ features: [], listed: {} })
    without.client.markDelivered(room, 5)
    await without.clock.run(clientTimes.markReadMs)
    expect(sentMarkers(without)).toEqual([])
  })

  it('is reported with a read marker that is sent first', async () => {
    const service = await following()
    service.client.markRead(room, 4)
    await service.clock.run(clientTimes.markReadMs - half / 2)
    service.client.markDelivered(room, 5)
    await service.clock.run(2 * half)
    expect(sentMarkers(service)).toEqual([[room, { seq: 4, gen: 1, delivered: 5 }]])
  })

  it('is reported for one of many rooms in each interval, so that the rate of requests is bounded', async () => {
    const rooms = Array.from({ length: 10 }, (_, index) => roomOf(index + 1))
    const service = script()
    const socket = await service.joined(Object.fromEntries(rooms.map((id) => [id, 5])), { features, listed })
    for (const id of rooms) service.client.markDelivered(id, 5)
    await service.clock.run(3 * half)
    expect(sentMarkers({ socket })).toHaveLength(3)
    await service.clock.run(10 * half)
    expect(sentMarkers({ socket }).map(([id]) => id)).toEqual(rooms)
  })
})

describe('A read marker', () => {
  it('changes the counts at once, and is sent once for each interval, with its last value', async () => {
    const service = await following()
    for (const seq of [6, 7, 8]) service.socket.deliver(messageFrame(seq))
    service.client.markRead(room, 6)
    service.client.room(room).markRead(7)
    expect(stateOf(service)).toEqual([1, 0, '1:7'])
    service.client.markRead(room)
    service.client.markRead(room, 2)
    expect(stateOf(service)).toEqual([0, 0, '1:8'])
    expect(service.socket.sent.map(({ event }) => event)).not.toContain('mark-read')
    await service.clock.run(clientTimes.markReadMs)
    expect(service.socket.take('mark-read')).toMatchObject({ room, body: { seq: 8, gen: 1 } })
    await service.clock.run(5 * clientTimes.markReadMs)
    expect(service.socket.sent.map(({ event }) => event)).not.toContain('mark-read')
  })

  it('is sent again on the next connection if it was not answered', async () => {
    const service = await following()
    service.client.markRead(room)
    await service.clock.run(clientTimes.markReadMs)
    const { id } = service.socket.take('mark-read')
    service.socket.drop()
    await service.clock.run(clientTimes.backoffFirstMs)
    await service.bind({ features, rooms: { [room]: { seq: 5, recovered: true } }, unread: { [room]: listed } })
    const again = service.last().take('mark-read')
    expect(again).toMatchObject({ id, room, body: { seq: 5, gen: 1 } })
    service.last().answer(again, { seq: 5, gen: 1, unread: 0, mentions: 0, as_of: 5 })
    await service.clock.run(0)
    expect(stateOf(service)).toEqual([0, 0, '1:5'])
  })

  it('is sent when the client is closed', async () => {
    const service = await following()
    service.client.markRead(room)
    service.client.close()
    expect(service.socket.take('mark-read')).toMatchObject({ room, body: { seq: 5, gen: 1 } })
  })

  it('that another device has set back is taken over from the answer', async () => {
    const service = await following()
    service.client.markRead(room)
    await service.clock.run(clientTimes.markReadMs)
    service.socket.answer(service.socket.take('mark-read'), { seq: 2, gen: 2, unread: 4, mentions: 1, as_of: 5 })
    await service.clock.run(0)
    expect(stateOf(service)).toEqual([4, 1, '2:2'])
  })

  it('is set back with the next generation', async () => {
    const service = await following()
    service.client.markUnread(room, 2)
    const request = service.socket.take('mark-read')
    expect(request).toMatchObject({ room, body: { seq: 1, gen: 2 } })
    service.socket.answer(request, { seq: 1, gen: 2, unread: 4, mentions: 1, as_of: 5 })
    await service.clock.run(0)
    expect(stateOf(service)).toEqual([4, 1, '2:1'])
  })

  it('does not count a message twice that arrives before the answer which includes it', async () => {
    const service = await following()
    service.client.markRead(room)
    await service.clock.run(clientTimes.markReadMs)
    service.socket.deliver(messageFrame(6))
    service.socket.deliver(messageFrame(7))
    service.socket.answer(service.socket.take('mark-read'), { seq: 5, gen: 1, unread: 1, mentions: 0, as_of: 6 })
    await service.clock.run(0)
    expect(stateOf(service)).toEqual([2, 0, '1:5'])
  })
})

describe('The unread replies of a thread', () => {
  it('are marked and counted by the service, and do not change those of the room', async () => {
    const service = await following()
    const thread = '01a20e3b-6118-71bb-b4a7-7994445f6df1'
    const marked = service.client.room(room).markThread(thread, 8)
    const request = service.socket.take('mark-read')
    expect(request).toMatchObject({ room, body: { seq: 8, thread } })
    service.socket.answer(request, { seq: 9, gen: 0, unread: 2, as_of: 12 })
    expect(await marked).toEqual({ read: { gen: 0, seq: 9 }, unread: 2 })
    expect(stateOf(service)).toEqual([2, 1, '1:3'])
  })
})

describe('The settings of a chat', () => {
  it('are those of the list of chats', async () => {
    const settings = { hidden: true, muted_until: '2126-01-01T00:00:00.000Z' }
    const service = script()
    const chats: unknown[] = []
    service.client.on('chat', (chat) => chats.push(chat.settings))
    // The rig expects chats without settings.
    await service.joined({ [room]: 5 }, { features, listed: { ...listed, settings } }).catch(() => undefined)
    expect(chats).toEqual([settings])
  })

  it('are reported when another device has changed them', async () => {
    const service = await following()
    const reported: unknown[] = []
    service.client.on('settings', (settings) => reported.push(settings))
    service.socket.deliver({ event: 'settings', room, body: { hidden: true } })
    service.socket.deliver({ event: 'settings', room, body: {} })
    expect(reported).toEqual([{ room, hidden: true }, { room }])
  })

  it('are stored, and the call resolves with those that have an effect', async () => {
    const service = await following()
    const set = service.client.room(room).setChatSettings({ mutedUntil: '2126-01-01T00:00:00.000Z', hidden: false })
    const request = service.socket.take('set-chat-settings')
    expect(request).toMatchObject({ room, body: { muted_until: '2126-01-01T00:00:00.000Z', hidden: false } })
    service.socket.answer(request, { muted_until: '2126-01-01T00:00:00.000Z' })
    expect(await set).toEqual({ muted_until: '2126-01-01T00:00:00.000Z' })
  })
})
