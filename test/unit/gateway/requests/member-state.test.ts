import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import type { MarkerChange, MemberStates } from '../../../../shared/ports/member-state.ts'
import { memberStateLevel } from '../../../../shared/protocol/member-state.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { uuid } from '../../domain/chat-fixtures.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import type { RigClient } from '../gateway-rig.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = uuid(1, 1)
const post = (msg: string) => ({ event: 'new-message', room, body: { msg, type: 'text' } })
const markRead = (id: string, body: object) => ({ event: 'mark-read', id, room, body })

/** Ann and Bob in a room of Ann, in which she has posted this many messages. `calls`: the statements with markers. */
const withRoom = async ({ level = memberStateLevel, messages = 0 } = {}) => {
  const memory = memoryStore()
  memory.raiseLevel(level)
  const calls: (readonly MarkerChange[])[] = []
  const faults = { isDown: false }
  const memberStates: MemberStates = {
    ...memory.memberStates,
    mark: async (changes) => {
      calls.push(changes)
      if (faults.isDown) throw new StoreError('unavailable', 'scripted')
      return memory.memberStates.mark(changes)
    },
  }
  const rig = await gatewayRig({ memory, ports: (ports) => ({ ...ports, memberStates }) })
  const [ann, bob] = [await rig.bound('ann'), await rig.bound('bob')]
  const act = async (client: RigClient, ...requests: readonly object[]): Promise<void> => {
    for (const request of requests) client.send(request)
    await rig.settle()
    await rig.write()
  }
  await act(ann.client, { event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id] } })
  await act(ann.client, ...Array.from({ length: messages }, (_, n) => post(`message ${n}`)))
  // The markers of Ann's messages are written, and the interval after them is over.
  await rig.clock.run(3 * defaultTimes.memberStateFlushMs)
  calls.length = 0
  const bodyOf = (client: RigClient, id: string) => client.frames.find((frame) => frame.id === id)?.body
  return { rig, memory, ann, bob, act, calls, faults, bodyOf }
}

describe('A request to mark a room as read', () => {
  it('is answered with the stored marker and the messages after it', async () => {
    const { bob, act, bodyOf } = await withRoom({ messages: 3 })
    await act(bob.client, markRead('1', { seq: 2 }))
    expect(bodyOf(bob.client, '1')).toEqual({ seq: 2, gen: 0, unread: 2, mentions: 0, as_of: 4 })
  })

  it('asks for the counts only, with the seq 0', async () => {
    const { bob, act, bodyOf, memory } = await withRoom({ messages: 2 })
    await act(bob.client, markRead('1', { seq: 0 }))
    expect(bodyOf(bob.client, '1')).toEqual({ seq: 0, gen: 0, unread: 2, mentions: 0, as_of: 3 })
    expect(memory.markers().filter(({ user }) => user === bob.id)).toEqual([])
  })

  it('shows the marker, and what is delivered, to the members of a small chat', async () => {
    const { ann, bob, act, bodyOf } = await withRoom({ messages: 3 })
    await act(bob.client, markRead('1', { seq: 2, delivered: 4 }))
    await act(ann.client, { event: 'list-members', id: '2', body: { chat: { id: room } } })
    const { members } = bodyOf(ann.client, '2') as { readonly members: readonly object[] }
    expect(members).toContainEqual({ user_id: bob.id, role: 'member', since: 1, read: { seq: 2, gen: 0 }, delivered: 4 })
  })

  it('is an unknown event below its feature level', async () => {
    const { bob, act } = await withRoom({ level: memberStateLevel - 1 })
    await act(bob.client, markRead('1', { seq: 1 }), { event: 'set-chat-settings', id: '2', room, body: { hidden: true } })
    expect(bob.client.seen().slice(-2)).toEqual(['mark-read (1) unknown_event', 'set-chat-settings (2) unknown_event'])
  })

  it('is refused for a room of others', async () => {
    const { rig, act } = await withRoom()
    const eve = await rig.bound('eve')
    await act(eve.client, markRead('1', { seq: 1 }), { event: 'set-chat-settings', id: '2', room, body: { hidden: true } })
    expect(eve.client.seen().slice(-2).toSorted()).toEqual(['mark-read (1) forbidden', 'set-chat-settings (2) forbidden'])
  })

  it('is refused as unavailable while the store cannot be written', async () => {
    const { bob, act, faults } = await withRoom({ messages: 1 })
    faults.isDown = true
    await act(bob.client, markRead('1', { seq: 2 }))
    expect(bob.client.seen().at(-1)).toBe('mark-read (1) unavailable')
  })

  it('puts nothing on the command log', async () => {
    const { rig, bob } = await withRoom({ messages: 1 })
    bob.client.send(markRead('1', { seq: 2 }))
    await rig.settle()
    expect(rig.log).toEqual([])
  })
})

describe('Markers that wait', () => {
  it('are one value for each user and room, in one statement in each interval', async () => {
    const { rig, ann, bob, act, calls, bodyOf } = await withRoom({ messages: 9 })
    await act(bob.client, markRead('first', { seq: 2 }))
    expect(calls).toHaveLength(1)
    await act(bob.client, markRead('a', { seq: 9 }), markRead('b', { seq: 5 }), markRead('c', { seq: 7, delivered: 8 }))
    await act(ann.client, markRead('d', { seq: 10 }))
    expect(calls).toHaveLength(1)
    await rig.clock.run(defaultTimes.memberStateFlushMs)
    expect(calls[1]).toEqual([
      { room, user: bob.id, read: { gen: 0, seq: 9 }, delivered: 8 },
      { room, user: ann.id, read: { gen: 0, seq: 10 } },
    ])
    for (const id of ['a', 'b', 'c']) expect(bodyOf(bob.client, id)).toMatchObject({ seq: 9, unread: 1 })
    await rig.clock.run(10 * defaultTimes.memberStateFlushMs)
    expect(calls).toHaveLength(2)
  })

  it('are written when the gateway stops', async () => {
    const { rig, memory, bob, act } = await withRoom({ messages: 3 })
    await act(bob.client, markRead('1', { seq: 2 }))
    await act(bob.client, markRead('2', { seq: 4 }))
    rig.gatewayCore.stop()
    await rig.gatewayCore.drain()
    expect(memory.markers()).toContainEqual({ room, user: bob.id, read: { gen: 0, seq: 4 } })
  })
})

describe('A request to mark a thread as read', () => {
  const root = uuid(9, 1)
  const reply = (msg: string) => ({ event: 'new-message', room, body: { msg, type: 'text', thread: root } })

  it('has a marker of its own, which the list of the thread shows', async () => {
    const { rig, ann, bob, act, bodyOf, calls } = await withRoom()
    await act(ann.client, { event: 'new-message', room, body: { msg: 'root', type: 'text', id: root } }, reply('a'), reply('b'))
    await rig.clock.run(3 * defaultTimes.memberStateFlushMs)
    calls.length = 0
    await act(bob.client, markRead('1', { seq: 3, thread: root }), markRead('2', { seq: 0, thread: root }))
    await rig.clock.run(defaultTimes.memberStateFlushMs)
    expect(bodyOf(bob.client, '1')).toEqual({ seq: 3, gen: 0, unread: 1, as_of: 4 })
    expect(bodyOf(bob.client, '2')).toEqual({ seq: 3, gen: 0, unread: 1, as_of: 4 })
    expect(calls).toEqual([])
    await act(bob.client, { event: 'list-messages', id: 'l', body: { chat: { id: room }, query: { thread: root } } })
    expect(bodyOf(bob.client, 'l')).toMatchObject({ as_of: 4, read: { seq: 3, gen: 0 } })
  })

  it('is refused for a message that starts no thread, and for strangers', async () => {
    const { rig, bob, act } = await withRoom({ messages: 1 })
    const eve = await rig.bound('eve')
    for (const client of [bob.client, eve.client]) {
      await act(client, markRead('1', { seq: 1, thread: root }))
      await rig.clock.run(defaultTimes.memberStateFlushMs)
      expect(client.seen().at(-1)).toBe('mark-read (1) forbidden')
    }
  })
})

describe('An own message', () => {
  it('raises the marker of its sender when it is confirmed', async () => {
    const { rig, memory, bob, act } = await withRoom({ messages: 2 })
    await act(bob.client, post('mine'))
    await rig.clock.run(defaultTimes.memberStateFlushMs)
    expect(memory.markers()).toContainEqual({ room, user: bob.id, read: { gen: 0, seq: 4 } })
  })

  it('raises it after the store was unavailable, too', async () => {
    const { rig, memory, bob, act, faults } = await withRoom({ messages: 2 })
    faults.isDown = true
    await act(bob.client, post('mine'))
    await rig.clock.run(3 * defaultTimes.memberStateFlushMs)
    expect(memory.markers().filter(({ user }) => user === bob.id)).toEqual([])
    faults.isDown = false
    await rig.clock.run(2 * defaultTimes.memberStateFlushMs)
    expect(memory.markers()).toContainEqual({ room, user: bob.id, read: { gen: 0, seq: 4 } })
  })

  it('raises no marker below the feature level', async () => {
    const { rig, calls, ann, act } = await withRoom({ level: memberStateLevel - 1, messages: 2 })
    await act(ann.client, post('mine'))
    await rig.clock.run(defaultTimes.memberStateFlushMs)
    expect(calls).toEqual([])
  })

  it('costs no statement for each message', async () => {
    const { rig, calls, ann, act } = await withRoom()
    for (let turn = 0; turn < 20; turn += 1) await act(ann.client, post('a'), post('b'))
    await rig.clock.run(defaultTimes.memberStateFlushMs)
    expect(calls.length).toBeLessThanOrEqual(3)
  })
})

describe('The state of a member', () => {
  const listChats = (user: string) => ({ event: 'list-chats', id: 'l', body: { user: { id: user } } })
  const resume = (name: string, rooms: object) => ({
    event: 'create-user',
    id: 'r',
    body: { user: { externalUserId: name }, resume: { rooms } },
  })
  const resumed = (client: RigClient) => client.frames.find(({ event }) => event === 'resume')?.body

  it('is part of the list of chats', async () => {
    const { bob, act, bodyOf } = await withRoom({ messages: 3 })
    const settings = { event: 'set-chat-settings', id: 's', room, body: { muted_until: '2126-01-01T00:00:00Z', hidden: true } }
    await act(bob.client, markRead('1', { seq: 3 }), settings, listChats(bob.id))
    const shown = { muted_until: '2126-01-01T00:00:00.000Z', hidden: true }
    expect(bodyOf(bob.client, 's')).toEqual(shown)
    const [chat] = (bodyOf(bob.client, 'l') as { chats: object[] }).chats
    expect(chat).toMatchObject({ id: room, seq: 4, unread: 1, mentions: 0, read: { seq: 3, gen: 0 }, settings: shown })
  })

  it('is not part of the list of chats and of a resume below the feature level', async () => {
    const { rig, bob, act, bodyOf } = await withRoom({ level: memberStateLevel - 1, messages: 3 })
    await act(bob.client, listChats(bob.id))
    const [chat = {}] = (bodyOf(bob.client, 'l') as { chats: object[] }).chats
    expect(Object.keys(chat).toSorted()).toEqual(['created_at', 'id', 'modified_at', 'name', 'seq', 'users'])
    const again = rig.client()
    await act(again, resume('bob', {}))
    expect(resumed(again)).not.toHaveProperty('unread')
  })

  it('is part of a resume, for the rooms in the request and for the others, unless everything is read', async () => {
    const { rig, ann, bob, act } = await withRoom({ messages: 3 })
    const [other, ...clients] = [uuid(1, 2), rig.client(), rig.client(), rig.client()] as const
    await act(ann.client, { event: 'create-chat', body: { chat: { name: 'other', id: other }, users: [bob.id] } })
    await act(ann.client, { ...post('@bob'), room: other, body: { msg: '@bob', type: 'text', mentions: [bob.id] } })
    const read = { seq: 0, gen: 0 }
    await act(clients[0], resume('bob', { [room]: 3 }))
    expect(resumed(clients[0])).toMatchObject({
      rooms: { [room]: { seq: 4 } },
      others: { [other]: 2 },
      unread: { [room]: { unread: 3, mentions: 0, read }, [other]: { unread: 1, mentions: 1, read } },
    })
    await act(bob.client, { ...markRead('1', { seq: 2 }), room: other })
    await rig.clock.run(2 * defaultTimes.memberStateFlushMs)
    await act(clients[1], resume('bob', {}))
    expect(Object.keys((resumed(clients[1]) as { unread: object }).unread)).toEqual([room])
    await act(bob.client, { ...markRead('2', { seq: 2, gen: 1 }), room: other })
    await rig.clock.run(2 * defaultTimes.memberStateFlushMs)
    await act(clients[2], resume('bob', {}))
    expect(resumed(clients[2])).toMatchObject({ unread: { [other]: { unread: 0, read: { seq: 2, gen: 1 } } } })
  })
})
