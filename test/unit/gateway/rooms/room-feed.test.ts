import { describe, expect, it } from 'vitest'
import { feedFrameText } from '../../../../shared/frames/room-event-frame.ts'
import type { FeedEvent } from '../../../../shared/protocol/answers.ts'
import { channels, writeRoomPublication } from '../../../../shared/records/publications.ts'
import { membershipOf } from '../../../../shared/room-events/find-room-event.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

const message = { event: 'new-message', room, body: { msg: 'm', type: 'text' } }

/** Ann is alone in a room. Its first event has passed. */
const withRoom = async (...[options]: Parameters<typeof gatewayRig>) => {
  const rig = await gatewayRig(options)
  const ann = await rig.bound('ann')
  ann.client.send({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [ann.id] } })
  await rig.settle()
  await rig.write()
  const forge = (seq: number, event: FeedEvent, body: string, commandId = 'forged') =>
    rig.publish(
      channels.room(room),
      writeRoomPublication(
        {
          room,
          events: [
            {
              seq,
              event,
              membership: membershipOf(event, undefined),
              commandId,
              digest: 'd',
              frame: feedFrameText(event, room, seq, body),
            },
          ],
        },
        100_000,
      ),
    )
  const post = async () => {
    ann.client.send(message)
    await rig.settle()
    await rig.write()
  }
  return { rig, ann, forge, post }
}

describe('The feed of a room', () => {
  it.each([
    ['is not JSON', '{"users":[}}'],
    ['names no users', '{"chat":{"id":"x"}}'],
    ['names users that are not a list', '{"users":{}}'],
  ])('reads a membership event from the store when its frame %s', async (_what, body) => {
    const { rig, ann, forge, post } = await withRoom()
    rig.losesPublications = true
    ann.client.send({ event: 'add-users', id: 'a', room, body: { users: [ann.id] } })
    await rig.settle()
    await rig.write()
    rig.losesPublications = false
    await forge(2, 'add-users', body)
    await post()
    expect(ann.client.seen(1)).toEqual(['create-chat #1', 'add-users #2 (a)', 'new-message #3'])
    expect(rig.listenerErrors).toEqual([])
    expect(await rig.counted('chat_gaps_found_total')).toBe(0)
  })

  it('ignores a reported seq that the store does not have, and continues', async () => {
    const { ann, forge, post } = await withRoom()
    await forge(1_000_000, 'new-message', '{"id":"x"}')
    await forge(7, 'new-message', '{"id":"x"}')
    await post()
    await post()
    expect(ann.client.seen(1)).toEqual(['create-chat #1', 'new-message #2', 'new-message #3'])
  })

  it('reads events that exceed the bound of held events from the store, and passes each once', async () => {
    const { rig, ann, post } = await withRoom({ bounds: { heldFrames: 2, pageEvents: 2 } })
    rig.losesPublications = true
    await post()
    rig.losesPublications = false
    for (let left = 6; left > 0; left -= 1) ann.client.send(message)
    await rig.settle()
    await rig.write()
    await rig.clock.run(1_000)
    const expected = Array.from({ length: 7 }, (_, index) => `new-message #${index + 2}`)
    expect(ann.client.seen(2)).toEqual(expected)
  })
})
