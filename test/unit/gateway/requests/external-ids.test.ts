import { describe, expect, it } from 'vitest'
import type { CallRequest } from '../../../../services/gateway/requests/http-requester.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import { openAdmission } from '../../../support/open-admission.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const other = '00000000-0000-7000-8000-00000000cccc'
const user = (subject: string) => ({ principal: { isService: false, subject } })
const named = (externalUserId: string) => ({ externalUserId })

const create = (users: readonly unknown[], id = room) => ({
  event: 'create-chat',
  id: 'create',
  body: { chat: { name: 'room', id }, users },
})
const change = (event: 'add-users' | 'remove-users', users: readonly unknown[], id = other) => ({
  event,
  id: event,
  room,
  body: { users, id },
})

/** Ann and Bob are users, Cyd is a service. Bob and Dan exist and share a chat with nobody. */
const withUsers = async (options: Parameters<typeof gatewayRig>[0] = {}) => {
  const memory = memoryStore()
  memory.raiseLevel(2)
  const rig = await gatewayRig({ memory, ...options })
  const ann = await rig.bound('ann', user('ann'))
  const bob = await rig.bound('bob', user('bob'))
  const dan = await rig.bound('dan', user('dan'))
  const cyd = await rig.bound('cyd')
  const ask = async ({ client }: typeof ann, ...requests: readonly object[]) => {
    const from = client.frames.length
    for (const request of requests) client.send(request)
    await rig.settle()
    await rig.write()
    await rig.settle()
    return client.frames.slice(from)
  }
  return { rig, ann, bob, dan, cyd, ask }
}

describe('Members named by external ids', () => {
  it('are added by a service to a new chat and to an existing one, beside members named by their ids', async () => {
    const { cyd, ann, bob, dan, ask } = await withUsers()
    const [created] = await ask(cyd, create([named('ann'), bob.id]))
    expect(created?.body).toMatchObject({ chat: { users: [cyd.id, ann.id, bob.id] } })
    const [added] = await ask(cyd, change('add-users', [named('dan')]))
    expect(added?.body).toMatchObject({ users: [dan.id] })
    const [removed] = await ask(cyd, change('remove-users', [named('bob')], '00000000-0000-7000-8000-00000000dddd'))
    expect(removed?.body).toMatchObject({ users: [bob.id] })
  })

  it('are added over HTTP', async () => {
    const { rig, cyd, ann } = await withUsers()
    const text = JSON.stringify({ ...create([named('ann')]), id: undefined, as: cyd.id })
    const frame = rig.gatewayCore.read(text)
    if ('error' in frame) throw new Error(frame.error.message)
    const { outcome } = rig.gatewayCore.call(openAdmission.principal, frame.request as CallRequest)
    await rig.settle()
    await rig.write()
    const result = await outcome
    expect('body' in result && JSON.parse(result.body)).toMatchObject({ chat: { users: [cyd.id, ann.id] } })
  })

  it('are users who share a chat with the acting user; others are unknown, whether they exist or not', async () => {
    const { ann, bob, cyd, ask } = await withUsers()
    const [refused] = await ask(ann, create([named('bob'), named('nobody')]))
    expect(refused?.error).toMatchObject({ code: 'unknown_user', details: { externalUserIds: ['bob', 'nobody'] } })
    await ask(cyd, create([ann.id, bob.id], other))
    const [created] = await ask(ann, create([named('bob')]))
    expect(created?.body).toMatchObject({ chat: { users: [ann.id, bob.id] } })
  })

  it('do not change the order of the commands of a room', async () => {
    const { cyd, ann, bob, ask } = await withUsers()
    await ask(cyd, create([ann.id]))
    const message = { event: 'new-message', id: 'm', room, body: { msg: 'welcome', type: 'text' } }
    const frames = await ask(cyd, change('add-users', [named('bob')]), message)
    expect(frames.map(({ event, seq }) => [event, seq])).toEqual([
      ['add-users', 2],
      ['new-message', 3],
    ])
    expect(frames[0]?.body).toMatchObject({ users: [bob.id] })
  })

  it('give a repeated request its stored outcome, even if its sender may not name them any more', async () => {
    const { ann, bob, cyd, ask } = await withUsers()
    await ask(cyd, create([ann.id, bob.id], other))
    const [first] = await ask(ann, create([named('bob')]))
    for (const id of [room, other])
      await ask(bob, { event: 'remove-users', room: id, body: { users: [bob.id], id: '00000000-0000-7000-8000-00000000eeee' } })
    const [again] = (await ask(ann, create([named('bob')]))).filter(({ id }) => id === 'create')
    expect(again?.body).toEqual(first?.body)
  })

  it('are refused as unavailable while users cannot be read, and so is what requires that request', async () => {
    let isDown = false
    const { cyd, ann, ask } = await withUsers({
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          usersByExternalId: async (ids) => {
            if (isDown) throw new StoreError('unavailable', 'scripted')
            return readModel.usersByExternalId(ids)
          },
        },
      }),
    })
    await ask(cyd, create([ann.id]))
    isDown = true
    const message = { event: 'new-message', id: 'm', room, after: other, body: { msg: 'welcome', type: 'text' } }
    const frames = await ask(cyd, change('add-users', [named('bob')]), message)
    expect(frames.map(({ id, error }) => [id, error?.code])).toEqual([
      ['add-users', 'unavailable'],
      ['m', 'unavailable'],
    ])
  })

  it('are refused below the level that introduced them', async () => {
    const rig = await gatewayRig()
    const { client } = await rig.bound('cyd')
    client.send(create([named('ann')]))
    await rig.settle()
    expect(client.frames.at(-1)?.error).toMatchObject({ code: 'invalid', details: { field: 'body.users.0' } })
  })

  it('and ids that are neither are refused with the two ways to name a user', async () => {
    const { cyd, ask } = await withUsers()
    const [refused] = await ask(cyd, create(['ann']))
    expect(refused?.error).toMatchObject({ details: { reason: expect.stringContaining('{ "externalUserId": "bob" }') } })
  })
})
