import { describe, expect, it } from 'vitest'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const create = {
  event: 'create-chat',
  body: { chat: { name: 'room', id: room }, users: ['00000000-0000-7000-8000-000000000001'] },
}
const message = { event: 'new-message', room, body: { msg: 'x', type: 'text' } }
const mistake = { event: 'new-message', room, body: { msg: '', type: 'text' } }
const rates = { sessionErrorsBurst: 2, sessionErrorsPerMinute: 60 }

const withRoom = async (bounds: { readonly pendingPerSession?: number } = {}) => {
  const rig = await gatewayRig({ bounds, rates })
  const { client, id } = await rig.bound('ann')
  client.send({ ...create, body: { ...create.body, users: [id] } })
  await rig.settle()
  await rig.write()
  return { rig, client }
}

describe('Client errors', () => {
  it('close the socket above the limit', async () => {
    const { rig, client } = await withRoom()
    for (const _ of [1, 2]) client.send(mistake)
    await rig.settle()
    expect(client.socket.isClosed).toBe(false)
    client.send(mistake)
    await rig.settle()
    expect(client.socket.isClosed).toBe(true)
  })

  it('count although valid requests are between them', async () => {
    const { rig, client } = await withRoom()
    for (const _ of [1, 2, 3]) {
      client.send({ event: 'ping', body: {} })
      client.send(mistake)
    }
    await rig.settle()
    expect(client.socket.isClosed).toBe(true)
  })

  it('no longer count after some time', async () => {
    const { rig, client } = await withRoom()
    for (const _ of [1, 2, 3, 4, 5]) {
      client.send(mistake)
      await rig.clock.run(1_000)
    }
    await rig.settle()
    expect(client.socket.isClosed).toBe(false)
  })

  it('do not count if they are retryable errors of an overloaded service', async () => {
    const { rig, client } = await withRoom({ pendingPerSession: 2 })
    for (const _ of [1, 2, 3, 4, 5, 6, 7]) client.send(message)
    await rig.settle()
    expect(client.frames.filter(({ error }) => error?.code === 'rate_limited')).toHaveLength(5)
    expect(client.socket.isClosed).toBe(false)
  })
})
