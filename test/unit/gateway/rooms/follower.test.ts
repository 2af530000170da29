import { describe, expect, it } from 'vitest'
import { feedFrameText } from '../../../../shared/frames/room-event-frame.ts'
import { channels, writeRoomPublication } from '../../../../shared/records/publications.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

/** Ann is alone in a room. `pages`: the number of pages in each read. */
const withRoom = async (bounds = {}) => {
  const pages: number[] = []
  const rig = await gatewayRig({
    bounds,
    ports: ({ eventStore, readModel }) => ({
      readModel,
      eventStore: {
        ...eventStore,
        readPages: (requests) => {
          pages.push(requests.length)
          return eventStore.readPages(requests)
        },
      },
    }),
  })
  const ann = await rig.bound('ann')
  ann.client.send({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [ann.id] } })
  await rig.settle()
  await rig.write()
  const post = async (msg: string, times = 1) => {
    for (let left = times; left > 0; left -= 1) ann.client.send({ event: 'new-message', room, body: { msg, type: 'text' } })
    await rig.settle()
    await rig.write()
  }
  return { rig, ann, post, pages }
}

describe('A session that is behind', () => {
  it('gets no more of a page than its send queue has room for, and all of it in the end', async () => {
    const { rig, ann, post } = await withRoom({ sendQueueBytes: 2_000 })
    const { client } = ann
    client.socket.setFrozen(true)
    for (let left = 10; left > 0; left -= 1) await post('x'.repeat(400), 5)
    client.socket.setFrozen(false)
    await rig.clock.run(5_000)
    const seqs = client.frames.flatMap(({ seq }) => (seq === undefined ? [] : [seq]))
    expect(seqs).toEqual(Array.from({ length: 51 }, (_, index) => index + 1))
    expect(client.socket.mostUnsentBytes).toBeLessThan(3_000)
  })

  it('reads no page of rooms in which no event has passed meanwhile', async () => {
    const { rig, ann, post, pages } = await withRoom({ sendQueueBytes: 500 })
    const { client } = ann
    for (let other = 0; other < 20; other += 1)
      client.send({ event: 'create-chat', body: { chat: { name: 'quiet' }, users: [ann.id] } })
    await rig.settle()
    await rig.write()
    client.socket.setFrozen(true)
    await post('x'.repeat(600), 3)
    client.socket.setFrozen(false)
    const before = pages.length
    await rig.clock.run(1_000)
    expect(pages.slice(before).reduce((sum, requests) => sum + requests, 0)).toBeLessThan(5)
    expect(client.frames.at(-1)?.seq).toBe(4)
    await post('live again')
    expect(client.frames.at(-1)?.seq).toBe(5)
  })

  it('ends at its cursor if its membership has ended, and a later one as well', async () => {
    const { rig, ann, post } = await withRoom({ sendQueueBytes: 500 })
    const bob = await rig.bound('bob')
    const change = async (event: 'add-users' | 'remove-users') => {
      ann.client.send({ event, room, body: { users: [bob.id] } })
      await rig.settle()
      await rig.write()
    }
    await change('add-users')
    bob.client.socket.setFrozen(true)
    await post('x'.repeat(600), 2)
    await change('remove-users')
    await post('not for him')
    await change('add-users')
    await change('remove-users')
    bob.client.socket.setFrozen(false)
    await rig.clock.run(20_000)
    expect(bob.client.seen(1)).toEqual(['add-users #2', 'new-message #3'])
  })

  it('gets the events that removed and added its user again, and none between them', async () => {
    const { rig, ann, post } = await withRoom({ sendQueueBytes: 500 })
    const bob = await rig.bound('bob')
    const change = async (event: 'add-users' | 'remove-users') => {
      ann.client.send({ event, room, body: { users: [bob.id] } })
      await rig.settle()
      await rig.write()
    }
    await change('add-users')
    bob.client.socket.setFrozen(true)
    await post('x'.repeat(600), 2)
    await change('remove-users')
    await post('not for him', 2)
    await change('add-users')
    await post('for him again')
    bob.client.socket.setFrozen(false)
    await rig.clock.run(20_000)
    expect(bob.client.seen(1)).toEqual([
      'add-users #2',
      'new-message #3',
      'new-message #4',
      'remove-users #5',
      'add-users #8',
      'new-message #9',
    ])
    await post('and live')
    expect(bob.client.seen(1).at(-1)).toBe('new-message #10')
  })

  it('waits between reads if the feed has passed an event that the store does not have', async () => {
    const { rig, ann, post, pages } = await withRoom({ sendQueueBytes: 500 })
    const { client } = ann
    client.socket.setFrozen(true)
    await post('x'.repeat(600), 2)
    const frame = feedFrameText('new-message', room, 4, '{"id":"x"}')
    const forged = { seq: 4, event: 'new-message', membership: 'none', commandId: 'x', digest: 'd', frame } as const
    await rig.publish(channels.room(room), writeRoomPublication({ room, events: [forged] }, 1_000))
    client.socket.setFrozen(false)
    const before = pages.length
    await rig.clock.run(10_000)
    expect(pages.length - before).toBeLessThan(60)
    await post('on we go')
    await post('and on')
    await rig.clock.run(1_000)
    expect(client.frames.at(-1)?.seq).toBe(5)
  })
})
