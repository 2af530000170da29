import { describe, expect, it } from 'vitest'
import { gatewayRig } from './gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const create = {
  event: 'create-chat',
  body: { chat: { name: 'room', id: room }, users: ['00000000-0000-7000-8000-000000000001'] },
}
const message = { event: 'new-message', room, body: { msg: 'x', type: 'text' } }
const mistake = { event: 'new-message', room, body: { msg: '', type: 'text' } }

const withRoom = async (bounds: { readonly errorsPerSession: number; readonly pendingPerSession?: number }) => {
  const rig = await gatewayRig({ bounds })
  const { client, id } = await rig.bound('ann')
  client.send({ ...create, body: { ...create.body, users: [id] } })
  await rig.settle()
  await rig.write()
  return { rig, client }
}

describe('Errors in a row', () => {
  it('close the socket', async () => {
    const { rig, client } = await withRoom({ errorsPerSession: 3 })
    for (const _ of [1, 2, 3]) client.send(mistake)
    await rig.settle()
    expect(client.socket.isClosed).toBe(true)
  })

  it('are none any more when a message was confirmed between them', async () => {
    const { rig, client } = await withRoom({ errorsPerSession: 3 })
    for (const _ of [1, 2, 3, 4, 5]) {
      client.send(mistake)
      client.send(message)
      await rig.settle()
      await rig.write()
    }
    expect(client.socket.isClosed).toBe(false)
  })

  it('do not count while the service itself cannot take more: the client is to come back with them', async () => {
    const { rig, client } = await withRoom({ errorsPerSession: 3, pendingPerSession: 2 })
    for (const _ of [1, 2, 3, 4, 5, 6, 7]) client.send(message)
    await rig.settle()
    expect(client.frames.filter(({ error }) => error?.code === 'rate_limited')).toHaveLength(5)
    expect(client.socket.isClosed).toBe(false)
  })
})
