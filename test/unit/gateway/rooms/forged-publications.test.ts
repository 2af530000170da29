import { describe, expect, it } from 'vitest'
import { feedFrameText } from '../../../../shared/frames/room-event-frame.ts'
import type { FeedEvent } from '../../../../shared/protocol/answers.ts'
import type { PublishedEvent } from '../../../../shared/records/publications.ts'
import { channels, writeNotice, writeRoomPublication } from '../../../../shared/records/publications.ts'
import { membershipOf } from '../../../../shared/room-events/find-room-event.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const sweepMs = defaultTimes.convergeMs / 2 + 100

type Published = { readonly channel: string; readonly payload: string }

/** Ann and Bob are in a room, and Mallory is not. The first event of the room has passed. */
const withRoom = async (...[options]: Parameters<typeof gatewayRig>) => {
  const rig = await gatewayRig(options)
  const [ann, bob, mallory] = [await rig.bound('ann'), await rig.bound('bob'), await rig.bound('mallory')]
  ann.client.send({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id] } })
  await rig.settle()
  await rig.write()
  await rig.clock.run(sweepMs)
  const publish = (...events: PublishedEvent[]) =>
    rig.publish(channels.room(room), writeRoomPublication({ room, events }, 100_000))
  const event = (seq: number, name: FeedEvent, body: object, commandId = 'forged'): PublishedEvent => ({
    seq,
    event: name,
    membership: membershipOf(name, undefined),
    commandId,
    digest: 'd',
    frame: feedFrameText(name, room, seq, JSON.stringify(body)),
  })
  const forge = (seq: number, name: FeedEvent = 'new-message', body: object = { msg: 'forged', created_at: 'no time' }) =>
    publish(event(seq, name, body))
  const post = async (msg = 'true') => {
    ann.client.send({ event: 'new-message', room, body: { msg, type: 'text' } })
    await rig.settle()
    await rig.write()
  }
  const feedOf = ({ client }: typeof ann) =>
    client.frames
      .filter(({ event: name, seq }) => seq !== undefined || name === 'reset')
      .map(({ event: name, seq, body }) =>
        name === 'reset'
          ? `reset to ${body?.seq}: ${body?.reason}`
          : `${name} #${seq}${body?.msg === undefined ? '' : ` ${body.msg}`}`,
      )
  return { rig, ann, bob, mallory, forge, publish, event, post, feedOf, sweep: () => rig.clock.run(sweepMs) }
}

/** A store whose pages are withheld while the gate is shut. */
const gatedPages = () => {
  let gate: PromiseWithResolvers<void> | undefined
  const options: Parameters<typeof gatewayRig>[0] = {
    ports: ({ eventStore, readModel }) => ({
      readModel,
      eventStore: {
        ...eventStore,
        readPages: async (requests) => {
          const pages = await eventStore.readPages(requests)
          await gate?.promise
          return pages
        },
      },
    }),
  }
  return {
    options,
    shut: () => {
      gate = Promise.withResolvers()
    },
    open: () => {
      gate?.resolve()
      gate = undefined
    },
  }
}

describe('A forged membership event', () => {
  it('gives no event of the room to the user whom it adds', async () => {
    const { ann, mallory, forge, post, sweep, feedOf } = await withRoom()
    await forge(2, 'add-users', { users: [mallory.id] })
    await post('one')
    await forge(3, 'create-chat', { chat: { users: [mallory.id] } })
    await post('two')
    await sweep()
    expect(feedOf(mallory)).toEqual([])
    expect(feedOf(ann)).toEqual(['create-chat #1', 'new-message #2 one', 'new-message #3 two'])
  })

  it('does not end the events of the room for the user whom it removes', async () => {
    const { bob, forge, post, sweep, feedOf } = await withRoom()
    await forge(2, 'remove-users', { users: [bob.id] })
    await post('one')
    await sweep()
    await post('two')
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 one', 'new-message #3 two'])
  })
})

describe('A forged message', () => {
  it('is reset by the next sweep, and the room continues after the head of the store', async () => {
    const { rig, ann, bob, forge, post, sweep, feedOf } = await withRoom()
    await forge(2)
    await sweep()
    await post('true')
    for (const each of [ann, bob])
      expect(feedOf(each)).toEqual(['create-chat #1', 'new-message #2 forged', 'reset to 1: ahead', 'new-message #2 true'])
    // The forged frame has no valid time, so its age cannot be observed.
    expect(rig.listenerErrors).toEqual([])
    expect(await rig.counted('chat_publications_dropped_total')).toBe(1)
  })

  it('is detected if the true message followed it at the same seq, and others after that', async () => {
    const { bob, forge, post, sweep, feedOf } = await withRoom()
    await forge(2)
    await post('hidden')
    await post('three')
    await sweep()
    await post('four')
    expect(feedOf(bob)).toEqual([
      'create-chat #1',
      'new-message #2 forged',
      'new-message #3 three',
      'reset to 3: ahead',
      'new-message #4 four',
    ])
  })

  it('is detected if the publication of the true message was lost', async () => {
    const { rig, bob, forge, post, sweep, feedOf } = await withRoom()
    await forge(2)
    rig.losesPublications = true
    await post('hidden')
    rig.losesPublications = false
    await sweep()
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 forged', 'reset to 2: ahead'])
  })

  it('is detected by the repair of a later gap, before a stored event passes after it', async () => {
    const { rig, bob, forge, post, feedOf } = await withRoom()
    await forge(2)
    rig.losesPublications = true
    await post('hidden')
    await post('lost')
    rig.losesPublications = false
    await post('four')
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 forged', 'reset to 4: ahead'])
  })

  it('is detected if only its text differs from that of the stored message', async () => {
    const stolen: Published[] = []
    const { rig, bob, post, sweep, feedOf } = await withRoom({ onPublish: (item) => stolen.push(item) })
    rig.losesPublications = true
    await post('true')
    rig.losesPublications = false
    const text = stolen.findLast(({ channel }) => channel === channels.room(room))?.payload ?? ''
    await rig.publish(channels.room(room), text.replace('"true"', '"false"'))
    await sweep()
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 false', 'reset to 2: ahead'])
  })

  it('is not passed on if another one was published at its seq while both waited for a gap to be read', async () => {
    const gate = gatedPages()
    const { rig, bob, forge, post, sweep, feedOf } = await withRoom(gate.options)
    rig.losesPublications = true
    await post('two')
    rig.losesPublications = false
    gate.shut()
    await forge(3)
    await post('three')
    gate.open()
    await sweep()
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 two', 'new-message #3 three'])
  })

  it('is not passed on at the seq of a membership event that is being read', async () => {
    const gate = gatedPages()
    const { rig, ann, bob, forge, post, sweep, feedOf } = await withRoom(gate.options)
    gate.shut()
    ann.client.send({ event: 'remove-users', room, body: { users: [bob.id] } })
    await rig.settle()
    await rig.write()
    await forge(2)
    await post('three')
    gate.open()
    await sweep()
    expect(feedOf(bob)).toEqual(['create-chat #1', 'remove-users #2'])
    expect(feedOf(ann)).toEqual(['create-chat #1', 'remove-users #2', 'new-message #3 three'])
  })

  it('is reset as soon as an event that removes a user is published at its seq, so that the user receives nothing after it', async () => {
    const { rig, ann, bob, forge, post, feedOf } = await withRoom()
    await forge(2)
    ann.client.send({ event: 'remove-users', room, body: { users: [bob.id] } })
    await rig.settle()
    await rig.write()
    await post('without Bob')
    await rig.settle()
    expect(feedOf(ann).at(-1)).toBe('new-message #3 without Bob')
    expect(feedOf(bob)).not.toContain('new-message #3 without Bob')
  })

  it('is reset although its client has resumed from the seq before it', async () => {
    const { rig, bob, forge, post, sweep, feedOf } = await withRoom()
    await forge(2)
    bob.client.send({ event: 'resume', body: { rooms: { [room]: 1 } } })
    await rig.settle()
    await sweep()
    await post('true')
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 forged', 'reset to 1: ahead', 'new-message #2 true'])
  })

  it('is reset after the answer to a resume that was in progress', async () => {
    const gate = Promise.withResolvers<void>()
    let isShut = false
    const { rig, bob, forge, post, sweep, feedOf } = await withRoom({
      ports: ({ eventStore, readModel }) => ({
        readModel,
        eventStore: {
          ...eventStore,
          readPages: async (requests) => {
            if (isShut) await gate.promise
            return eventStore.readPages(requests)
          },
        },
      }),
    })
    await forge(2)
    await post('hidden')
    await post('three')
    isShut = true
    bob.client.send({ event: 'resume', id: 'r', body: { rooms: { [room]: 2 } } })
    await sweep()
    isShut = false
    gate.resolve()
    await rig.clock.run(1_000)
    await post('four')
    expect(bob.client.seen(4)).toEqual(['resume (r)', 'reset', 'new-message #4'])
    expect(feedOf(bob)).toContain('reset to 3: ahead')
  })
})

describe('A publication that is repeated unchanged', () => {
  it('resets no client', async () => {
    const said: Published[] = []
    const { rig, bob, post, sweep, feedOf } = await withRoom({ onPublish: (item) => said.push(item) })
    await post('two')
    await post('three')
    for (const { channel, payload } of said) await rig.publish(channel, payload)
    await sweep()
    await post('four')
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 two', 'new-message #3 three', 'new-message #4 four'])
  })
})

describe('A forged notice', () => {
  it('does not delay the frames of a user who is a member', async () => {
    const { rig, ann, mallory, post, feedOf } = await withRoom()
    rig.losesPublications = true
    ann.client.send({ event: 'add-users', room, body: { users: [mallory.id] } })
    await rig.settle()
    await rig.write()
    rig.losesPublications = false
    await rig.publish(channels.user(mallory.id), writeNotice({ room, since: 900 }))
    await post('three')
    expect(feedOf(mallory)).toEqual(['add-users #2', 'new-message #3 three'])
  })
})

describe('A feed that is ahead of the store, because the store has lost its last commits', () => {
  it('starts again at the head of the store and gives every new event to the members', async () => {
    const { ann, bob, forge, post, sweep, feedOf } = await withRoom()
    await post('two')
    await sweep()
    for (const seq of [3, 4, 5]) await forge(seq, 'new-message', { msg: `lost ${seq}` })
    await sweep()
    await post('three')
    await post('four')
    await sweep()
    for (const each of [ann, bob])
      expect(feedOf(each).slice(5)).toEqual(['reset to 2: ahead', 'new-message #3 three', 'new-message #4 four'])
  })
})

describe('A follower whose membership the store does not have', () => {
  it('is ended by the next sweep', async () => {
    let isHidden = false
    const { rig, bob, post, sweep, feedOf } = await withRoom({
      ports: ({ eventStore, readModel }) => ({
        readModel: {
          ...readModel,
          changedMemberships: async (followed) =>
            isHidden ? new Map([...followed.keys()].map((user) => [user, []])) : readModel.changedMemberships(followed),
        },
        eventStore: {
          ...eventStore,
          readPages: async (requests) =>
            (await eventStore.readPages(requests)).map((page) => (isHidden ? { ...page, members: new Map() } : page)),
        },
      }),
    })
    await post('two')
    isHidden = true
    await sweep()
    await post('three')
    await rig.clock.run(1_000)
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 two'])
  })

  it('continues if a page confirms the membership', async () => {
    const { bob, post, sweep, feedOf } = await withRoom({
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          changedMemberships: async (followed) => new Map([...followed.keys()].map((user) => [user, []])),
        },
      }),
    })
    await post('two')
    await sweep()
    await post('three')
    await sweep()
    expect(feedOf(bob)).toEqual(['create-chat #1', 'new-message #2 two', 'new-message #3 three'])
  })
})
