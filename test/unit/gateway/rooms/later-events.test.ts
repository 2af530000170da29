import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import { uuid } from '../../domain/chat-fixtures.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = uuid(1, 1)

/** What a later version would call these events: for this version they are unknown. */
const laterNames = {
  MessagePosted: { type: 'HandWaved', name: 'wave-hand', membership: 'none' },
  UsersAdded: { type: 'UsersInvited', name: 'invite-users', membership: 'adds' },
  UsersRemoved: { type: 'UsersBanned', name: 'ban-users', membership: 'removes' },
} as const

const isLater = ({ type, data }: Pick<StoredEvent, 'type' | 'data'>): boolean => type.startsWith('Users') || data.includes('wave')

/** The stored event as the writer of a later version would have stored it. */
const storedLater = (event: StoredEvent): StoredEvent =>
  isLater(event) ? { ...event, ...laterNames[event.type as keyof typeof laterNames] } : event

const laterFrame = (line: string): string =>
  line
    .replace(/^\{"event":"new-message"(.*wave)/, '{"event":"wave-hand"$1')
    .replace('{"event":"add-users"', '{"event":"invite-users"')
    .replace('{"event":"remove-users"', '{"event":"ban-users"')

/** A publication as the writer of a later version would have made it; `change` is applied to each entry of its header. */
const publishedLater = (payload: string): string => {
  const [header = '', ...frames] = payload.split('\n')
  const { of, ...rest } = JSON.parse(header) as { of: [seq: number, event: string, ...names: string[]][] }
  const later = frames.map(laterFrame)
  const entries = of.map(([seq, , ...names], index) => [
    seq,
    (JSON.parse(later[index] ?? '') as { event: string }).event,
    ...names,
  ])
  return [JSON.stringify({ ...rest, of: entries }), ...later].join('\n')
}

/** The header of a version that did not write the flag for memberships. */
const withoutFlags = (payload: string): string => {
  const [header = '', ...frames] = payload.split('\n')
  const { of, ...rest } = JSON.parse(header) as { of: unknown[][] }
  return [JSON.stringify({ ...rest, of: of.map((entry) => entry.slice(0, 4)) }), ...frames].join('\n')
}

/** Ann and Bob in a room, Cleo outside. What the writer publishes reaches the gateway as `change` makes it. */
const withRoom = async (change: (payload: string) => string, stored: (event: StoredEvent) => StoredEvent = storedLater) => {
  const published: { channel: string; payload: string }[] = []
  const rig = await gatewayRig({
    onPublish: (item) => void published.push(item),
    ports: ({ eventStore, readModel }) => ({
      readModel,
      eventStore: {
        ...eventStore,
        readPages: async (requests) =>
          (await eventStore.readPages(requests)).map((page) => ({ ...page, events: page.events.map(stored) })),
      },
    }),
  })
  const [ann, bob, cleo] = [await rig.bound('ann'), await rig.bound('bob'), await rig.bound('cleo')]
  ann.client.send({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id] } })
  await rig.settle()
  await rig.write()
  rig.losesPublications = true
  const act = async (...requests: readonly object[]): Promise<void> => {
    published.length = 0
    for (const request of requests) ann.client.send(request)
    await rig.settle()
    await rig.write()
    for (const { channel, payload } of published)
      await rig.publish(channel, channel === `room:${room}` ? change(payload) : payload)
    await rig.settle()
  }
  const feedOf = (one: typeof ann): string[] => one.client.seen().filter((frame) => frame.includes('#'))
  return { rig, ann, bob, cleo, act, feedOf }
}

const say = (msg: string) => ({ event: 'new-message', room, body: { msg, type: 'text' } })
const change = (event: string, users: readonly string[]) => ({ event, room, body: { users } })

describe('A gateway beside a writer of a later version', () => {
  it('relays an event that it does not know, and the known event of the same publication', async () => {
    const { rig, bob, act, feedOf } = await withRoom(publishedLater)
    await act(say('hello'), say('wave'), say('bye'))
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2', 'wave-hand #3', 'new-message #4'])
    expect(await rig.counted('chat_publications_dropped_total')).toBe(0)
  })

  it('sends an event that it does not know under its stored name when a client resumes', async () => {
    const { rig, bob, act } = await withRoom(publishedLater)
    await act(say('wave'))
    const again = rig.client()
    again.send({ event: 'create-user', body: { user: { externalUserId: 'bob' }, resume: { rooms: { [room]: 1 } } } })
    await rig.settle()
    expect(again.seen()).toContain('wave-hand #2')
    expect([...again.frames, ...bob.client.frames].filter(({ event }) => event === 'undefined')).toEqual([])
  })

  it('gives a user who is removed by an event that it does not know that event, and nothing after it', async () => {
    const { rig, ann, bob, act, feedOf } = await withRoom(publishedLater)
    await act(change('remove-users', [bob.id]))
    await act(say('for ann only'))
    await rig.clock.run(20_000)
    expect(feedOf(bob)).toEqual(['create-chat #1', 'ban-users #2'])
    expect(feedOf(ann)).toEqual(['create-chat #1', 'ban-users #2', 'new-message #3'])
  })

  it('starts the feed of a user who is added by an event that it does not know with that event', async () => {
    const { cleo, act, feedOf } = await withRoom(publishedLater)
    await act(change('add-users', [cleo.id]))
    await act(say('welcome'))
    expect(feedOf(cleo)).toEqual(['invite-users #2', 'new-message #3'])
  })

  it('ends a page of a removed user at the event that removed it, also if it does not know the event', async () => {
    const { rig, bob, act } = await withRoom(publishedLater)
    await act(say('before'), change('remove-users', [bob.id]), say('after'))
    const again = rig.client()
    again.send({ event: 'create-user', body: { user: { externalUserId: 'bob' }, resume: { rooms: { [room]: 1 } } } })
    await rig.settle()
    expect(again.seen()).not.toContain('new-message #4')
  })
})

describe('A gateway beside a writer of the version before', () => {
  const asStored = (event: StoredEvent): StoredEvent => event

  it('knows from the names of the four events of version 1 who joins and leaves', async () => {
    const { rig, bob, cleo, act, feedOf } = await withRoom(withoutFlags, asStored)
    await act(change('add-users', [cleo.id]), change('remove-users', [bob.id]), say('for cleo'))
    await rig.clock.run(20_000)
    expect(feedOf(bob)).toEqual(['create-chat #1', 'add-users #2', 'remove-users #3'])
    expect(feedOf(cleo)).toEqual(['add-users #2', 'remove-users #3', 'new-message #4'])
  })
})
