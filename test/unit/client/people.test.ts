import { describe, expect, it } from 'vitest'
import type { ChatClient } from '../../../shared/client/chat-client.ts'
import { bob, me, roomOf, script } from './scripted-service.ts'

const own = roomOf(7)
const at = '2026-11-24T15:45:09.000Z'
const user = { id: me, externalUserId: 'ann', name: 'Anna', created_at: at, modified_at: at }
const chat = { id: roomOf(8), name: '', users: [me, bob], created_at: at, modified_at: at, direct: true as const }

describe('A call about people', () => {
  it.each<[string, (client: ChatClient) => Promise<unknown>, object, object, unknown]>([
    [
      'update-user',
      (client) => client.updateUser({ name: 'Anna', data: {} }, { id: own }),
      { user: { name: 'Anna', data: {} }, id: own },
      { id: own, user, created_at: at },
      user,
    ],
    ['create-chat', (client) => client.directChat(bob), { users: [bob], direct: true }, { chat, user_id: bob }, chat],
    [
      'set-block',
      (client) => client.block(bob, { id: own }),
      { user: bob, on: true, id: own },
      { id: own, user: bob, on: true, created_at: at },
      undefined,
    ],
    [
      'set-block',
      (client) => client.unblock(bob, { id: own }),
      { user: bob, on: false, id: own },
      { id: own, user: bob, on: false, created_at: at },
      undefined,
    ],
  ])('sends %s, and resolves with its outcome', async (event, call, sent, answer, outcome) => {
    const { client, joined } = script()
    const socket = await joined({})
    const calling = call(client)
    const frame = socket.take(event)
    expect(frame.body).toEqual(sent)
    socket.answer(frame, answer)
    expect(await calling).toEqual(outcome)
  })

  it('changes the user of the client when the profile is changed', async () => {
    const { client, joined } = script()
    const socket = await joined({})
    const calling = client.updateUser({ name: 'Anna' })
    socket.answer(socket.take('update-user'), { id: own, user, created_at: at })
    await calling
    expect(client.user).toEqual(user)
  })

  it('is carried out in the order of the calls, each when the one before is settled', async () => {
    const { client, joined } = script()
    const socket = await joined({})
    const calls = [client.block(bob), client.unblock(bob)]
    const first = socket.take('set-block')
    expect(first.body).toMatchObject({ on: true })
    expect(() => socket.take('set-block')).toThrow()
    socket.answer(first, { id: own, user: bob, on: true, created_at: at })
    await calls[0]
    expect(socket.take('set-block').body).toMatchObject({ on: false })
  })

  it('lists the blocked users page by page', async () => {
    const { client, joined } = script()
    const socket = await joined({})
    const found: string[] = []
    const reading = (async () => {
      for await (const { user_id } of client.listBlocks({ pageSize: 1 })) found.push(user_id)
    })()
    const first = socket.take('list-blocks')
    expect(first.body).toEqual({ query: { limit: 1 } })
    socket.answer(first, { blocks: [{ user_id: bob, created_at: at }], next_cursor: 'n' })
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    const second = socket.take('list-blocks')
    expect(second.body).toEqual({ query: { limit: 1, cursor: 'n' } })
    socket.answer(second, { blocks: [{ user_id: me, created_at: at }] })
    await reading
    expect(found).toEqual([bob, me])
  })
})
