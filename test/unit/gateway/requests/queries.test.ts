import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import { serverFrame } from '../../../../shared/protocol/answers.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const absent = '00000000-0000-7000-8000-00000000bbbb'

/** Ann and Bob are in a room with two messages; Cyd is not. */
const withRoom = async (...[options]: Parameters<typeof gatewayRig>) => {
  const rig = await gatewayRig(options)
  const [ann, bob, cyd] = [await rig.bound('ann'), await rig.bound('bob'), await rig.bound('cyd')]
  ann.client.send({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id] } })
  for (const msg of ['one', 'two']) ann.client.send({ event: 'new-message', room, body: { msg, type: 'text' } })
  await rig.settle()
  await rig.write()
  const ask = async ({ client }: typeof ann, event: string, body: object, more: object = {}) => {
    const before = client.frames.length
    client.send({ event, id: 'q', body, ...more })
    await rig.settle()
    const [frame] = client.frames.slice(before)
    expect(serverFrame.safeParse(frame).success).toBe(true)
    return frame?.error?.code ?? frame?.body
  }
  return { rig, ann, bob, cyd, ask }
}

describe('Reads of lists', () => {
  it('show messages as they are stored, each with its seq', async () => {
    const { bob, ask } = await withRoom()
    expect(await ask(bob, 'list-messages', { chat: { id: room } })).toMatchObject({
      messages: [
        { msg: 'one', seq: 2 },
        { msg: 'two', seq: 3 },
      ],
    })
    const page = await ask(bob, 'list-messages', { chat: { id: room }, query: { limit: 1 } })
    expect(page).toMatchObject({ messages: [{ seq: 3 }], next_cursor: expect.any(String) })
    const { next_cursor: cursor } = page as { next_cursor: string }
    expect(await ask(bob, 'list-messages', { chat: { id: room }, query: { cursor } })).toMatchObject({ messages: [{ seq: 2 }] })
  })

  it('are forbidden to non-members, as if the chat did not exist', async () => {
    const { cyd, ask } = await withRoom()
    expect(await ask(cyd, 'list-messages', { chat: { id: room } })).toBe('forbidden')
    expect(await ask(cyd, 'list-messages', { chat: { id: absent } })).toBe('forbidden')
  })

  it('are authorised as the acting user', async () => {
    const { ann, cyd, ask } = await withRoom()
    expect(await ask(cyd, 'list-messages', { chat: { id: room } }, { as: ann.id })).toMatchObject({ messages: [{}, {}] })
    expect(await ask(ann, 'list-messages', { chat: { id: room } }, { as: cyd.id })).toBe('forbidden')
    expect(await ask(cyd, 'list-chats', { user: { id: ann.id } })).toBe('forbidden')
    expect(await ask(cyd, 'list-chats', { user: { id: ann.id } }, { as: ann.id })).toMatchObject({
      chats: [{ id: room, seq: 3 }],
    })
    expect(await ask(cyd, 'list-chats', { user: { id: cyd.id } })).toEqual({ chats: [] })
  })

  it('refuse a cursor of another list', async () => {
    const { ann, ask } = await withRoom()
    expect(await ask(ann, 'list-messages', { chat: { id: room }, query: { cursor: 'x' } })).toBe('invalid')
    expect(await ask(ann, 'list-chats', { user: { id: ann.id }, query: { cursor: 'x' } })).toBe('invalid')
  })

  it('are unavailable while the store is unavailable', async () => {
    const away = async (): Promise<never> => {
      throw new StoreError('unavailable', 'away')
    }
    const { ann, ask } = await withRoom({
      ports: ({ eventStore, readModel }) => ({ eventStore, readModel: { ...readModel, messagesOf: away, chatsOf: away } }),
    })
    expect(await ask(ann, 'list-messages', { chat: { id: room } })).toBe('unavailable')
    expect(await ask(ann, 'list-chats', { user: { id: ann.id } })).toBe('unavailable')
  })
})

describe('get-users', () => {
  it('returns any user to a service, by either id, and leaves out unknown users', async () => {
    const { ann, bob, ask } = await withRoom()
    const users = [{ id: bob.id, externalUserId: 'bob' }]
    expect(await ask(ann, 'get-users', { users: [bob.id, absent] })).toEqual({ users })
    expect(await ask(ann, 'get-users', { externalUserIds: ['bob', 'nobody'] })).toEqual({ users })
  })

  it('shows that a user was erased', async () => {
    const at = '2026-11-24T15:45:02.520Z'
    const erased = { id: absent, externalUserId: '', created_at: at, modified_at: at, erased: true } as const
    const { ann, ask } = await withRoom({
      ports: ({ eventStore, readModel }) => ({ eventStore, readModel: { ...readModel, usersById: async () => [erased] } }),
    })
    const users = [{ id: absent, externalUserId: '', erased: true }]
    expect(await ask(ann, 'get-users', { users: [absent] })).toEqual({ users })
  })
})
