import { describe, expect, it } from 'vitest'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const createUser = (id: string, externalUserId: string) => ({ event: 'create-user', id, body: { user: { externalUserId } } })
const message = (id: string) => ({ event: 'new-message', id, room, body: { msg: 'm', type: 'text' } })

describe('Requests', () => {
  it('wait while the socket is being bound, and act for the user that it is bound to', async () => {
    const rig = await gatewayRig()
    const client = rig.client()
    client.send({ event: 'list-messages', id: 'early', body: { chat: { id: room } } })
    client.send(createUser('1', 'ann'))
    client.send({
      event: 'create-chat',
      id: '2',
      body: { chat: { name: 'room', id: room }, users: ['00000000-0000-7000-8000-000000000001'] },
    })
    client.send(createUser('3', 'bob'))
    client.send({ event: 'ping', id: '4', body: {} })
    for (let turn = 0; turn < 3; turn += 1) {
      await rig.settle()
      await rig.write()
    }
    const [early, ping, ...rest] = client.seen()
    expect([early, ping]).toEqual(['list-messages (early) unbound', 'ping (4)'])
    expect(rest.toSorted()).toEqual(['create-chat #1 (2)', 'create-user (1)', 'create-user (3)'])
    expect(rest[0]).toBe('create-user (1)')
  })

  it('are handled after a failed binding that they waited for', async () => {
    const rig = await gatewayRig({ bounds: { produceBufferBytes: 1 } })
    const client = rig.client()
    client.send(createUser('1', 'ann'))
    client.send(message('2'))
    client.send(createUser('3', 'ann'))
    await rig.settle()
    expect(client.seen()).toEqual(['create-user (1) unavailable', 'new-message (2) unbound', 'create-user (3) unavailable'])
  })

  it('are answered with internal after an unexpected error, and the socket stays open', async () => {
    let isBroken = true
    const broken = async (): Promise<never> => {
      throw new TypeError('a fault of ours')
    }
    const rig = await gatewayRig({
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          memberships: (users) => (isBroken ? broken() : readModel.memberships(users)),
          chatsOf: broken,
        },
      }),
    })
    const client = rig.client()
    client.send(createUser('1', 'ann'))
    client.send(message('2'))
    await rig.settle()
    await rig.write()
    expect(client.seen()).toEqual(['create-user (1) internal', 'new-message (2) unbound'])
    isBroken = false
    client.send(createUser('3', 'ann'))
    await rig.settle()
    const { user } = (client.frames.at(-1)?.body ?? {}) as { user: { id: string } }
    client.send({ event: 'list-chats', id: '4', body: { user: { id: user.id } } })
    isBroken = true
    client.send({ event: 'resume', id: '5', body: { rooms: { [room]: 1 } } })
    await rig.settle()
    isBroken = false
    client.send({ event: 'resume', id: '6', body: { rooms: { [room]: 1 } } })
    await rig.settle()
    expect(client.seen(2)).toEqual(['create-user (3)', 'list-chats (4) internal', 'resume (5) internal', 'resume (6)'])
    expect(rig.logged.map(({ text }) => text)).toEqual(Array(3).fill('request failed'))
  })

  it('resume rooms of the bound user only', async () => {
    const rig = await gatewayRig()
    const [ann, bob] = [await rig.bound('ann'), await rig.bound('bob')]
    ann.client.send({ event: 'resume', id: '1', as: bob.id, body: { rooms: { [room]: 1 } } })
    ann.client.send({ event: 'resume', id: '2', as: ann.id, body: { rooms: { [room]: 1 } } })
    await rig.settle()
    expect(ann.client.seen(1)).toEqual(['resume (1) invalid', 'resume (2)'])
    expect(ann.client.frames[1]?.error).toMatchObject({ details: { field: 'as' } })
  })
})
