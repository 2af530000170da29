import { describe, expect, it } from 'vitest'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

const create = (id: string, users: readonly string[]) => ({
  event: 'create-chat',
  id,
  body: { chat: { name: 'room', id: room }, users },
})
const message = (id: string) => ({ event: 'new-message', id, room, body: { msg: 'm', type: 'text' } })

describe('The intake of commands', () => {
  it('ends the commands of a closed socket, and releases its rooms', async () => {
    const rig = await gatewayRig()
    const { client, id } = await rig.bound('ann')
    client.send(create('c1', [id]))
    client.send(message('c2'))
    await rig.settle()
    expect(rig.gatewayCore.pendingCommands).toBe(2)
    expect(rig.gatewayCore.heldRooms).toBe(1)
    client.close()
    await rig.clock.run(31_000)
    expect(rig.gatewayCore.pendingCommands).toBe(0)
    expect(rig.gatewayCore.heldRooms).toBe(0)
  })

  it('answers a command at its deadline although its session is behind, and delivers the event without the id later', async () => {
    const rig = await gatewayRig({ bounds: { sendQueueBytes: 100 }, times: { commandDeadlineMs: 1_000 } })
    const { client, id } = await rig.bound('ann')
    client.send(create('c1', [id]))
    await rig.settle()
    await rig.write()
    client.socket.setFrozen(true)
    client.send(message('c2'))
    await rig.settle()
    await rig.write()
    client.send(message('c3'))
    await rig.settle()
    await rig.write()
    await rig.clock.run(2_000)
    client.socket.setFrozen(false)
    await rig.clock.run(2_000)
    expect(client.seen(1)).toEqual(['create-chat #1 (c1)', 'new-message #2 (c2)', 'new-message (c3)', 'new-message #3'])
  })

  it('answers a command with timeout at its deadline if only another command with its id is stored', async () => {
    const rig = await gatewayRig({ times: { commandDeadlineMs: 1_000 } })
    const [ann, bob] = [await rig.bound('ann'), await rig.bound('bob')]
    const named = (id: string, msg: string) => ({
      ...message(id),
      body: { msg, type: 'text', id: '00000000-0000-7000-8000-00000000bbbb' },
    })
    ann.client.send(create('c1', [ann.id]))
    ann.client.send(named('c2', 'of ann'))
    await rig.settle()
    await rig.write()
    bob.client.send(named('c3', 'of bob'))
    await rig.clock.run(2_000)
    expect(bob.client.seen(1)).toEqual(['new-message (c3) timeout'])
  })

  it('bounds the commands in flight per session', async () => {
    const rig = await gatewayRig({ bounds: { pendingPerSession: 2 } })
    const { client } = await rig.bound('ann')
    for (const id of ['c1', 'c2', 'c3']) client.send(message(id))
    await rig.settle()
    expect(client.seen(1)).toEqual(['new-message (c3) rate_limited'])
  })

  it('hands commands over in their order, also while the feed of a new room is being opened', async () => {
    const rig = await gatewayRig()
    const { client, id } = await rig.bound('ann')
    client.send(create('c1', [id]))
    client.send(message('c2'))
    await rig.settle()
    expect(rig.log.map(({ value }) => (JSON.parse(value) as { type: string }).type)).toEqual(['CreateChat', 'PostMessage'])
    await rig.write()
    expect(client.seen(1)).toEqual(['create-chat #1 (c1)', 'new-message #2 (c2)'])
  })

  it('confirms a new room by an answer, and then sends its first frame, if the feed opens between the commit and the publication', async () => {
    const read = Promise.withResolvers<void>()
    const published: { readonly channel: string; readonly payload: string }[] = []
    const rig = await gatewayRig({
      onPublish: (publication) => void published.push(publication),
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: { ...readModel, heads: (rooms) => read.promise.then(() => readModel.heads(rooms)) },
      }),
    })
    const { client, id } = await rig.bound('ann')
    published.length = 0
    client.send(create('c1', [id]))
    await rig.settle()
    rig.losesPublications = true
    await rig.write()
    rig.losesPublications = false
    read.resolve()
    await rig.settle()
    for (const { channel, payload } of published.splice(0)) await rig.publish(channel, payload)
    client.send(message('c2'))
    await rig.settle()
    await rig.write()
    expect(client.seen(1)).toEqual(['create-chat (c1)', 'create-chat #1', 'new-message #2 (c2)'])
    expect(client.frames.at(1)).not.toHaveProperty('room')
    expect(client.frames.at(1)?.body).toMatchObject({ chat: { id: room } })
  })

  it('answers a command that is too large for the log with a final error that names the field, and handles the next one', async () => {
    const rig = await gatewayRig()
    const { client, id } = await rig.bound('ann')
    client.send(create('c1', [id]))
    await rig.settle()
    await rig.write()
    rig.maxRecordChars = 1_000
    client.send({ ...message('c2'), body: { msg: 'm'.repeat(1_000), type: 'text' } })
    client.send(message('c3'))
    await rig.settle()
    await rig.write()
    expect(client.seen(2)).toEqual(['new-message (c2) invalid', 'new-message #2 (c3)'])
    expect(client.frames.at(2)?.error).toMatchObject({ retryable: false, details: { field: 'body' } })
  })
})
