import { describe, expect, it } from 'vitest'
import { directChatId } from '../../../../shared/records/direct-chat-id.ts'
import { uuid } from '../../domain/chat-fixtures.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { gatewayRig } from '../gateway-rig.ts'

/** Ann, Bob and Cleo on a store of this level. */
const start = async (level = 3) => {
  const memory = memoryStore()
  memory.raiseLevel(level)
  const rig = await gatewayRig({ memory })
  const [ann, bob, cleo] = [await rig.bound('ann'), await rig.bound('bob'), await rig.bound('cleo')]
  const settle = async () => {
    await rig.settle()
    await rig.write()
    await rig.settle()
  }
  const ask = async (by: typeof ann, request: object) => {
    by.client.send(request)
    await settle()
    return by.client.frames.at(-1)
  }
  const opening = (other: typeof ann, some: object = {}) => ({
    event: 'create-chat',
    body: { users: [other.id], direct: true, ...some },
  })
  return { memory, rig, ann, bob, cleo, settle, ask, opening }
}

describe('Opening a direct chat', () => {
  it('answers both users who ask at the same time with the frame of the same chat, each under its own id', async () => {
    const { ann, bob, cleo, settle, opening } = await start()
    ann.client.send({ ...opening(bob), id: 'a' })
    bob.client.send({ ...opening(ann), id: 'b' })
    await settle()
    expect(ann.client.seen().at(-1)).toBe('create-chat #1 (a)')
    expect(bob.client.seen().at(-1)).toBe('create-chat #1 (b)')
    const [one, other] = [ann, bob].map(({ client }) => client.frames.at(-1))
    expect(one?.body).toEqual(other?.body)
    expect(one).toMatchObject({ room: directChatId(ann.id, bob.id), body: { chat: { direct: true, name: '' } } })
    expect(cleo.client.seen()).toHaveLength(1)
  })

  it('answers a later request with the existing chat, and the chat delivers messages', async () => {
    const { ann, bob, ask, opening } = await start()
    const first = await ask(ann, opening(bob))
    const again = await ask(bob, { ...opening(ann), id: 'again' })
    expect(again).toMatchObject({ id: 'again', event: 'create-chat', body: first?.body })
    expect(again).not.toHaveProperty('seq')
    await ask(bob, { event: 'new-message', room: first?.room, body: { msg: 'hi', type: 'text' } })
    expect(ann.client.seen().at(-1)).toBe('new-message #2')
  })

  it('lists the other user with the chat', async () => {
    const { ann, bob, ask, opening } = await start()
    await ask(ann, opening(bob))
    await ask(bob, { event: 'update-user', body: { user: { name: 'Bobby', image: 'b.png', data: { a: 1 } } } })
    const listed = await ask(ann, { event: 'list-chats', body: { user: { id: ann.id } } })
    const peer = { id: bob.id, externalUserId: 'bob', name: 'Bobby', image: 'b.png' }
    expect(listed?.body).toMatchObject({ chats: [{ direct: true, name: '', peer }] })
    expect(JSON.stringify(listed?.body)).not.toContain('"data"')
  })

  it.each([
    ['a chat beside it', { chat: { name: 'x' } }, 'body.chat'],
    ['no user', { users: [] }, 'body.users'],
    ['two users', { users: [uuid(2, 1), uuid(2, 2)] }, 'body.users'],
    ['an external id', { users: [{ externalUserId: 'bob' }] }, 'body.users'],
    ['direct: false', { direct: false }, 'body.direct'],
    ['neither a chat nor direct', { direct: undefined }, 'body.chat'],
  ])('is refused with %s', async (_what, some, field) => {
    const { ann, bob, ask, opening } = await start()
    expect((await ask(ann, opening(bob, some)))?.error).toMatchObject({ code: 'invalid', details: { field } })
  })

  it('is the only way to an id of version 8', async () => {
    const { ann, bob, ask } = await start()
    const id = directChatId(ann.id, bob.id)
    const taken = await ask(ann, { event: 'create-chat', body: { chat: { name: 'x', id }, users: [bob.id] } })
    expect(taken?.error).toMatchObject({ code: 'invalid', details: { field: 'body.chat.id' } })
  })

  it('is refused below feature level 3 exactly as by an older gateway, which also accepts ids of version 8', async () => {
    const { rig, ann, bob, opening } = await start(2)
    const sent = async (request: object) => {
      ann.client.send(request)
      await rig.settle()
      return ann.client.frames.at(-1)?.error
    }
    expect(await sent(opening(bob))).toMatchObject({
      code: 'invalid',
      details: { field: 'body.direct', reason: 'unknown field' },
    })
    expect(await sent({ event: 'create-chat', body: { users: [bob.id] } })).toMatchObject({
      details: { field: 'body.chat', reason: 'is missing' },
    })
    expect(rig.log).toEqual([])
    const id = '00000000-0000-8000-8000-000000000001'
    ann.client.send({ event: 'create-chat', body: { chat: { name: 'x', id }, users: [bob.id] } })
    await rig.settle()
    expect(rig.log).toHaveLength(1)
  })
})

describe('A block', () => {
  it('is answered and listed to its user only, and sends no frame to others', async () => {
    const { ann, bob, ask } = await start()
    const before = bob.client.frames.length
    const answer = await ask(ann, { event: 'set-block', id: 'x', body: { user: bob.id } })
    expect(answer).toMatchObject({ id: 'x', event: 'set-block', body: { user: bob.id, on: true } })
    const { body } = (await ask(ann, { event: 'list-blocks', body: {} })) ?? {}
    expect(body).toMatchObject({ blocks: [{ user_id: bob.id }] })
    expect(bob.client.frames.length).toBe(before)
    expect((await ask(bob, { event: 'list-blocks', body: {} }))?.body).toEqual({ blocks: [] })
  })

  it('that is confirmed before a direct chat is opened refuses it', async () => {
    const { ann, bob, ask, opening } = await start()
    await ask(bob, { event: 'set-block', body: { user: ann.id } })
    expect((await ask(ann, opening(bob)))?.error).toMatchObject({ code: 'forbidden', details: { action: 'direct' } })
    await ask(bob, { event: 'set-block', body: { user: ann.id, on: false } })
    expect((await ask(ann, opening(bob)))?.error).toBeUndefined()
  })
})
