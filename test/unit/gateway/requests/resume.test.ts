import { describe, expect, it } from 'vitest'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const other = '00000000-0000-7000-8000-00000000bbbb'

/** Ann is in two rooms: one has five events, the other has one. */
const withRooms = async () => {
  const rig = await gatewayRig()
  const ann = await rig.bound('ann')
  for (const id of [room, other]) ann.client.send({ event: 'create-chat', body: { chat: { name: 'room', id }, users: [ann.id] } })
  for (let left = 4; left > 0; left -= 1) ann.client.send({ event: 'new-message', room, body: { msg: 'm', type: 'text' } })
  await rig.settle()
  await rig.write()
  const resume = async (client: typeof ann.client, body: object) => {
    const before = client.frames.length
    client.send({ event: 'resume', id: 'r', body })
    await rig.settle()
    const frames = client.frames.slice(before)
    return { seen: client.seen(before), answer: frames.find(({ event }) => event === 'resume')?.body }
  }
  return { rig, ann, resume }
}

describe('A resume', () => {
  it('replays the missed events, then answers with the seq that it reached', async () => {
    const { ann, resume } = await withRooms()
    const { seen, answer } = await resume(ann.client, { rooms: { [room]: 3, [other]: 1 } })
    expect(seen).toEqual(['new-message #4', 'new-message #5', 'resume (r)'])
    const rooms = { [room]: { seq: 5, recovered: true }, [other]: { seq: 1, recovered: true } }
    expect(answer).toEqual({ rooms, epoch: expect.any(String) })
  })

  it.each([
    [
      'more events were missed than it may replay',
      { rooms: { [room]: 2 }, max: 2 },
      { seq: 5, recovered: false, reason: 'too_many' },
    ],
    [
      'the client has a seq that the store does not have',
      { rooms: { [room]: 6 } },
      { seq: 5, recovered: false, reason: 'ahead' },
    ],
    ['the store was restored', { rooms: { [room]: 2 }, epoch: 'x' }, { seq: 5, recovered: false, reason: 'epoch' }],
  ])('replays nothing and reports the reason if %s, and the room continues from its head', async (_why, body, result) => {
    const { rig, ann, resume } = await withRooms()
    const { seen, answer } = await resume(ann.client, body)
    expect(seen).toEqual(['resume (r)'])
    expect(answer).toMatchObject({ rooms: { [room]: result } })
    ann.client.send({ event: 'new-message', room, body: { msg: 'on', type: 'text' } })
    await rig.settle()
    await rig.write()
    expect(ann.client.seen().at(-1)).toBe('new-message #6')
  })

  it('replays exactly the largest allowed number of events', async () => {
    const { ann, resume } = await withRooms()
    const { seen } = await resume(ann.client, { rooms: { [room]: 2 }, max: 3 })
    expect(seen).toEqual(['new-message #3', 'new-message #4', 'new-message #5', 'resume (r)'])
  })

  it('answers the same for a room that does not exist and for a room of other users', async () => {
    const { rig, resume } = await withRooms()
    const bob = await rig.bound('bob')
    const absent = '00000000-0000-7000-8000-00000000cccc'
    const { answer } = await resume(bob.client, { rooms: { [room]: 1, [absent]: 1 } })
    const forbidden = { seq: 0, recovered: false, reason: 'forbidden' }
    expect(answer).toMatchObject({ rooms: { [room]: forbidden, [absent]: forbidden } })
  })

  it('that is part of create-user follows its answer, and reports from which seq the other rooms continue', async () => {
    const { rig } = await withRooms()
    const client = rig.client()
    const resume = { rooms: { [room]: 4 } }
    client.send({ event: 'create-user', id: 'c', body: { user: { externalUserId: 'ann' }, resume } })
    await rig.settle()
    expect(client.seen()).toEqual(['create-user (c)', 'new-message #5', 'resume (c)'])
    expect(client.frames.at(-1)?.body).toMatchObject({ rooms: { [room]: { seq: 5 } }, others: { [other]: 1 } })
  })
})
