import { describe, expect, it } from 'vitest'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { uuid } from '../../domain/chat-fixtures.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { gatewayRig } from '../gateway-rig.ts'

const id = uuid(3, 1)
const rename = (name: string, some: object = {}) => ({ event: 'update-user', body: { user: { name }, id, ...some } })

/** Ann and Bob on a store of this level. */
const start = async (level = 3) => {
  const memory = memoryStore()
  memory.raiseLevel(level)
  const rig = await gatewayRig({ memory })
  const [ann, bob] = [await rig.bound('ann'), await rig.bound('bob')]
  const ask = async (by: typeof ann, request: object) => {
    by.client.send(request)
    await rig.settle()
    await rig.write()
    await rig.settle()
    return by.client.frames.at(-1)
  }
  return { memory, rig, ann, bob, ask }
}

describe('A change of the own profile', () => {
  it('is answered with the user, stored as one event of the user, and read by others afterwards', async () => {
    const { memory, ann, bob, ask } = await start()
    const room = uuid(1, 1)
    await ask(ann, { event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id] } })
    const before = bob.client.frames.length
    const answer = await ask(ann, { ...rename('Anna', { user: { name: 'Anna', data: { a: 1 } } }), id: 'r' })
    expect(answer).toMatchObject({
      id: 'r',
      event: 'update-user',
      body: { id, user: { id: ann.id, name: 'Anna', data: { a: 1 } } },
    })
    expect(answer).not.toHaveProperty('seq')
    expect(
      memory
        .events()
        .filter(({ stream }) => stream === ann.id)
        .map(({ name, seq }) => [name, seq]),
    ).toEqual([
      ['create-user', 1],
      ['update-user', 2],
    ])
    expect(bob.client.frames.length).toBe(before)
    const seen = await ask(bob, { event: 'get-users', body: { users: [ann.id] } })
    expect(seen?.body).toEqual({ users: [{ id: ann.id, externalUserId: 'ann', name: 'Anna', data: { a: 1 } }] })
  })

  it('is one event when it is sent again, and its id is in conflict with another change', async () => {
    const { memory, ann, ask } = await start()
    const first = await ask(ann, rename('Anna'))
    expect((await ask(ann, rename('Anna')))?.body).toEqual(first?.body)
    expect((await ask(ann, rename('Annie')))?.error).toMatchObject({ code: 'conflict' })
    expect(memory.events().filter(({ stream }) => stream === ann.id)).toHaveLength(2)
  })

  it('is kept when the user connects again', async () => {
    const { ann, ask } = await start()
    await ask(ann, rename('Anna'))
    const again = await ask(ann, { event: 'create-user', body: { user: { externalUserId: 'ann', name: 'other' } } })
    expect(again?.body).toMatchObject({ user: { id: ann.id, name: 'Anna' } })
  })

  it('is looked up at its deadline when the publication of its outcome is lost', async () => {
    const { rig, ann, ask } = await start()
    rig.losesPublications = true
    await ask(ann, { ...rename('Anna'), id: 'r' })
    await rig.clock.run(defaultTimes.commandDeadlineMs + 100)
    expect(ann.client.frames.at(-1)).toMatchObject({ id: 'r', body: { user: { name: 'Anna' } } })
  })

  it('changes only the acting user, whom a service may choose', async () => {
    const { ann, bob, ask } = await start()
    expect((await ask(ann, { ...rename('Robert'), as: bob.id }))?.body).toMatchObject({ user: { id: bob.id, name: 'Robert' } })
    const nobody = await ask(ann, { ...rename('Nobody'), as: uuid(9, 9) })
    expect(nobody?.error).toMatchObject({ code: 'unknown_user', details: { users: [uuid(9, 9)] } })
  })

  it('is an unknown event below feature level 3', async () => {
    const { rig, ann } = await start(2)
    ann.client.send(rename('Anna'))
    await rig.settle()
    expect(ann.client.frames.at(-1)?.error).toMatchObject({ code: 'unknown_event' })
    expect(rig.log).toEqual([])
  })
})
