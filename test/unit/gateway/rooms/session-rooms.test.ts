import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import { channels, writeNotice } from '../../../../shared/records/publications.ts'
import { roomsDigest } from '../../../../shared/records/rooms-digest.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

const message = (msg: string, id?: string) => ({ event: 'new-message', id, room, body: { msg, type: 'text' } })

/** Answers of the store that are held back while it is shut. */
const createGate = () => {
  let opened: PromiseWithResolvers<void> | undefined
  return {
    shut: () => {
      opened = Promise.withResolvers()
    },
    open: () => opened?.resolve(),
    holding:
      <Asked extends unknown[], Found>(ask: (...asked: Asked) => Promise<Found>) =>
      async (...asked: Asked): Promise<Found> => {
        const found = await ask(...asked)
        await opened?.promise
        return found
      },
  }
}

/** Ann and Bob on one gateway, and Bob's chat with Cleo, who has no socket. */
const withChat = async (...[options]: Parameters<typeof gatewayRig>) => {
  const rig = await gatewayRig(options)
  const cleo = await rig.bound('cleo')
  cleo.client.close()
  const [ann, bob] = [await rig.bound('ann'), await rig.bound('bob')]
  const create = { event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [cleo.id] } }
  bob.client.send(create)
  await rig.settle()
  await rig.write()
  const change = (event: 'add-users' | 'remove-users') => bob.client.send({ event, room, body: { users: [ann.id] } })
  return { rig, ann, bob, change }
}

describe('A service on an unbound socket', () => {
  it('gets an answer, while the members get the event', async () => {
    const { rig, bob } = await withChat()
    const service = rig.client()
    service.send({ ...message('hello', 's1'), as: bob.id })
    await rig.settle()
    await rig.write()
    expect(service.seen()).toEqual(['new-message (s1)'])
    expect(bob.client.seen(1)).toEqual(['create-chat #1', 'new-message #2'])
    expect(rig.listenerErrors).toEqual([])
  })
})

describe('The rooms of a session', () => {
  it('are joined by the next sweep each time a notice is lost, and the store returns only the changed users', async () => {
    const returned: string[][] = []
    const { rig, ann, change } = await withChat({
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          changedMemberships: async (followed) => {
            const found = await readModel.changedMemberships(followed)
            returned.push(
              [...found.values()].flatMap((rooms) => (rooms === 'erased' ? [rooms] : rooms.map(({ since }) => `since ${since}`))),
            )
            return found
          },
        },
      }),
    })
    const halfMs = defaultTimes.convergeMs / 2
    const lose = async (event: 'add-users' | 'remove-users'): Promise<void> => {
      rig.losesPublications = true
      change(event)
      await rig.settle()
      await rig.write()
      rig.losesPublications = false
    }
    await rig.clock.run(2 * halfMs)
    await lose('add-users')
    expect(ann.client.seen(1)).toEqual([])
    await rig.clock.run(halfMs + 100)
    await lose('remove-users')
    await rig.clock.run(2 * halfMs)
    await lose('add-users')
    await rig.clock.run(2 * halfMs)
    expect(ann.client.seen(1)).toEqual(['add-users #2', 'remove-users #3', 'add-users #4'])
    expect(returned.filter((rooms) => rooms.length > 0)).toEqual([['since 1'], ['since 3']])
  })

  it('are all compared by the sweep while a resume withholds some of them', async () => {
    const gate = createGate()
    const followed: (string | undefined)[] = []
    const { rig, ann, change } = await withChat({
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          memberships: gate.holding(readModel.memberships),
          changedMemberships: async (digests) => {
            followed.push(...[...digests].filter(([user]) => user === ann.id).map(([, digest]) => digest))
            return readModel.changedMemberships(digests)
          },
        },
      }),
    })
    change('add-users')
    await rig.settle()
    await rig.write()
    gate.shut()
    ann.client.send({ event: 'resume', id: 'r', body: { rooms: { [room]: 1 } } })
    await rig.settle()
    followed.length = 0
    await rig.clock.run(defaultTimes.convergeMs)
    expect(new Set(followed)).toEqual(new Set([undefined]))
    gate.open()
    await rig.settle()
    followed.length = 0
    await rig.clock.run(defaultTimes.convergeMs)
    expect(new Set(followed)).toEqual(new Set([roomsDigest([room])]))
  })

  it('are not joined by a late notice of a membership that has ended', async () => {
    const { rig, ann, bob, change } = await withChat()
    change('add-users')
    bob.client.send(message('while she is here'))
    change('remove-users')
    await rig.settle()
    await rig.write()
    const later = await rig.bound('ann')
    const notice = writeNotice({ room, since: 1 })
    await rig.publish(channels.user(ann.id), notice)
    expect(later.client.seen(1)).toEqual([])
  })

  it('are joined at the beginning of the present membership, however old the notice is', async () => {
    const { rig, ann, bob, change } = await withChat()
    rig.losesPublications = true
    for (const event of ['add-users', 'remove-users'] as const) change(event)
    bob.client.send(message('while she is away'))
    change('add-users')
    await rig.settle()
    await rig.write()
    await rig.publish(channels.user(ann.id), writeNotice({ room, since: 1 }))
    expect(ann.client.seen(1)).toEqual(['add-users #5'])
  })

  it('are not joined again when a feed passes the joining event after the session has left', async () => {
    let isRepairAway = true
    let pages = 0
    const removed = Promise.withResolvers<void>()
    const { rig, ann, bob, change } = await withChat({
      bounds: { pageEvents: 2 },
      ports: ({ eventStore, readModel }) => ({
        readModel,
        eventStore: {
          ...eventStore,
          readPages: async (requests) => {
            const isOfReader = requests.some(({ users }) => users.length > 0)
            if (!isOfReader && isRepairAway) throw new StoreError('unavailable', 'away')
            if (isOfReader) pages += 1
            if (pages === 2) await removed.promise
            return eventStore.readPages(requests)
          },
        },
      }),
    })
    rig.losesPublications = true
    change('add-users')
    for (const text of ['one', 'two', 'three']) bob.client.send(message(text))
    await rig.settle()
    await rig.write()
    await rig.publish(channels.user(ann.id), writeNotice({ room, since: 1 }))
    change('remove-users')
    await rig.settle()
    await rig.write()
    removed.resolve()
    await rig.settle()
    isRepairAway = false
    await rig.clock.run(15_000)
    const messages = [3, 4, 5].map((seq) => `new-message #${seq}`)
    expect(ann.client.seen(1)).toEqual(['add-users #2', ...messages, 'remove-users #6'])
  })

  it('are not joined again at an event that a page has delivered already', async () => {
    const { rig, ann, bob, change } = await withChat()
    rig.losesPublications = true
    change('add-users')
    bob.client.send(message('while she is here'))
    change('remove-users')
    await rig.settle()
    await rig.write()
    await rig.publish(channels.user(ann.id), writeNotice({ room, since: 1 }))
    expect(ann.client.seen(1)).toEqual(['add-users #2', 'new-message #3', 'remove-users #4'])
  })

  it('deliver no event of a room that a resume names before its answer, also if the user is added meanwhile', async () => {
    const gate = createGate()
    const { rig, ann, change } = await withChat({
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          memberships: gate.holding(readModel.memberships),
        },
      }),
    })
    gate.shut()
    ann.client.send({ event: 'resume', id: 'r', body: { rooms: { [room]: 0 } } })
    await rig.settle()
    change('add-users')
    await rig.settle()
    await rig.write()
    expect(ann.client.seen(1)).toEqual([])
    gate.open()
    await rig.settle()
    expect(ann.client.seen(1)).toEqual(['resume (r)', 'add-users #2'])
    expect(ann.client.frames[1]?.body).toMatchObject({ rooms: { [room]: { recovered: false, reason: 'forbidden' } } })
  })

  it('are resumed after the requested seq, also if a notice had started to join them', async () => {
    let isHeld = true
    const held = Promise.withResolvers<void>()
    const { rig, ann, change } = await withChat({
      ports: ({ eventStore, readModel }) => ({
        readModel,
        eventStore: {
          ...eventStore,
          readPages: async (requests) => {
            if (isHeld) await held.promise
            return eventStore.readPages(requests)
          },
        },
      }),
    })
    rig.losesPublications = true
    change('add-users')
    await rig.settle()
    await rig.write()
    await rig.publish(channels.user(ann.id), writeNotice({ room, since: 1 }))
    ann.client.send({ event: 'resume', id: 'r', body: { rooms: { [room]: 0 } } })
    await rig.settle()
    isHeld = false
    held.resolve()
    await rig.settle()
    expect(ann.client.seen(1)).toEqual(['create-chat #1', 'add-users #2', 'resume (r)'])
  })

  it('deliver no event of a room after a resume has answered that it is forbidden', async () => {
    const { rig, ann, bob, change } = await withChat()
    change('add-users')
    await rig.settle()
    await rig.write()
    rig.losesPublications = true
    bob.client.send(message('before she goes'))
    change('remove-users')
    await rig.settle()
    await rig.write()
    ann.client.send({ event: 'resume', id: 'r', body: { rooms: { [room]: 2 } } })
    await rig.clock.run(20_000)
    expect(ann.client.seen(1)).toEqual(['add-users #2', 'resume (r)'])
  })
})
