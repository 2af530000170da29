import { describe, expect, it, vi } from 'vitest'
import { requestEventsAt } from '../../../shared/protocol/requests.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { uuid } from '../domain/chat-fixtures.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { gatewayRig } from './gateway-rig.ts'

const laterEvents: readonly string[] = ['edit-message', 'delete-message', 'set-reaction', 'set-pin']
const unknown = vi.hoisted(() => ({ events: new Set<string>() }))

/** The table as a gateway sees it; the writer asks by command and by type. */
vi.mock('../../../shared/room-events/find-room-event.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../shared/room-events/find-room-event.ts')>()
  return { ...original, roomEventNamed: (name: string) => (unknown.events.has(name) ? undefined : original.roomEventNamed(name)) }
})

const [room, id] = [uuid(1, 1), uuid(3, 1)]
const inRoom = (event: string, body: object) => ({ event, room, body })
const post = inRoom('new-message', { msg: 'hi', type: 'text', id })
const changes = [
  inRoom('edit-message', { message: id, msg: 'edited', mentions: 'all' }),
  inRoom('set-reaction', { message: id, reaction: '+' }),
  inRoom('set-pin', { message: id }),
  inRoom('new-message', { msg: 'a reply', type: 'text', thread: id, reply_to: id, data: { a: 1 } }),
  inRoom('delete-message', { message: id }),
]

/** Ann and Bob in a room, on a store of this feature level. */
const withRoom = async (level: number) => {
  const memory = memoryStore()
  memory.raiseLevel(level)
  const rig = await gatewayRig({ memory })
  const [ann, bob] = [await rig.bound('ann'), await rig.bound('bob')]
  const act = async (...requests: readonly object[]): Promise<void> => {
    for (const request of requests) ann.client.send(request)
    await rig.settle()
    await rig.write()
  }
  await act({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id] } }, post)
  return { rig, memory, ann, bob, act }
}

describe('A gateway of the new version, before the feature level is raised', () => {
  const later = [
    ['data', { a: 1 }],
    ['mentions', 'all'],
    ['thread', id],
    ['reply_to', id],
    ['silent', true],
  ] as const

  it('refuses every new event and field as an older gateway does, and puts none on the log', async () => {
    const { rig, ann } = await withRoom(1)
    const before = ann.client.frames.length
    for (const [name, value] of later) ann.client.send(inRoom('new-message', { msg: 'hi', type: 'text', [name]: value }))
    for (const request of changes.filter(({ event }) => laterEvents.includes(event))) ann.client.send(request)
    await rig.settle()
    const codes = ann.client.frames.slice(before).map(({ error }) => error?.code)
    expect(codes).toEqual([...later.map(() => 'invalid'), ...laterEvents.map(() => 'unknown_event')])
    expect(rig.log).toEqual([])
  })

  it('accepts them once the level is raised, without a restart', async () => {
    const { rig, memory, bob, act } = await withRoom(1)
    memory.raiseLevel(2)
    await rig.clock.run(defaultTimes.convergeMs)
    await act(...changes)
    const events = bob.client.frames.flatMap(({ event, seq }) => (seq === undefined ? [] : [event]))
    expect(events).toEqual(['create-chat', 'new-message', ...changes.map(({ event }) => event)])
  })
})

describe('A gateway, when the feature level is raised', () => {
  it('tells each bound socket once, without a request, which events it accepts now', async () => {
    const { rig, memory, ann, bob } = await withRoom(1)
    const stranger = rig.client()
    const pushed = (frames: readonly { readonly event: string }[]) => frames.filter(({ event }) => event === 'features')
    memory.raiseLevel(2)
    await rig.clock.run(3 * defaultTimes.convergeMs)
    for (const { client } of [ann, bob])
      expect(pushed(client.frames)).toMatchObject([{ body: { features: requestEventsAt(2), level: 2 } }])
    expect(pushed(stranger.frames)).toEqual([])
    const late = await rig.bound('late')
    await rig.clock.run(defaultTimes.convergeMs)
    expect(pushed(late.client.frames)).toEqual([])
  })
})

describe('A gateway of this version at feature level 2', () => {
  const roles = [
    inRoom('update-chat', { chat: { name: 'renamed' } }),
    inRoom('update-members', { users: [uuid(2, 1)], role: 'reader' }),
    { event: 'list-members', body: { chat: { id: room } } },
  ]
  const fields = [
    { event: 'create-chat', body: { chat: { name: 'room', image: 'a.png' }, users: [uuid(2, 1)] } },
    inRoom('remove-users', { users: [uuid(2, 1)], ban: true }),
  ]

  it('refuses roles, rules, bans and images of chats as an older gateway does, and shows no role', async () => {
    const { rig, ann } = await withRoom(2)
    const before = ann.client.frames.length
    for (const request of [...roles, ...fields]) ann.client.send(request)
    ann.client.send({ event: 'list-chats', body: { user: { id: ann.id } } })
    await rig.settle()
    const frames = ann.client.frames.slice(before)
    const codes = frames.map(({ error }) => error?.code ?? 'ok')
    expect(codes.toSorted()).toEqual(['invalid', 'invalid', 'ok', 'unknown_event', 'unknown_event', 'unknown_event'])
    expect(rig.log).toEqual([])
    const { body } = frames.find(({ event }) => event === 'list-chats') ?? {}
    expect((body as { chats: readonly object[] }).chats[0]).not.toHaveProperty('role')
  })
})

describe('A gateway that does not know the new events', () => {
  it('relays them in their order under their names, live and to a client that resumes, and resets no client', async () => {
    const { rig, bob, act } = await withRoom(2)
    unknown.events = new Set(laterEvents)
    await act(...changes)
    await rig.clock.run(defaultTimes.convergeMs)
    const again = rig.client()
    again.send({ event: 'create-user', body: { user: { externalUserId: 'bob' }, resume: { rooms: { [room]: 0 } } } })
    await rig.settle()
    unknown.events = new Set()
    const expected = ['create-chat #1', 'new-message #2', ...changes.map(({ event }, index) => `${event} #${index + 3}`)]
    for (const client of [bob.client, again]) expect(client.seen().filter((frame) => frame.includes('#'))).toEqual(expected)
    const frames = [...bob.client.frames, ...again.frames]
    expect(frames.filter(({ event }) => event === 'undefined' || event === 'reset')).toEqual([])
    expect(await rig.counted('chat_publications_dropped_total')).toBe(0)
  })
})
