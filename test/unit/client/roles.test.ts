import { describe, expect, it, vi } from 'vitest'
import type { ChatClient } from '../../../shared/client/chat-client.ts'
import { bob, chatOf, me, room, roomOf, script } from './scripted-service.ts'

const own = roomOf(7)
const at = '2026-11-24T15:45:09.000Z'
const head = { id: own, user_id: bob, created_at: at }
const until = '2999-01-01T00:00:00.000Z'
const membership = { ...head, chat: { id: room, name: 'room' }, users: [bob] }
const frame = (event: string, seq: number, body: object) => ({ event, room, seq, body: { ...head, ...body } })

describe('A call that changes a chat or its members', () => {
  it.each<[string, (client: ChatClient) => Promise<unknown>, object, object, unknown]>([
    [
      'update-chat',
      (client) => client.update(room, { name: 'tea', rules: { post: 'admin' } }, { id: own }),
      { chat: { name: 'tea', rules: { post: 'admin' } }, id: own },
      { ...head, chat: { id: room, name: 'tea', rules: { post: 'admin' } } },
      { id: room, name: 'tea', rules: { post: 'admin' } },
    ],
    [
      'update-members',
      (client) => client.room(room).updateMembers([{ externalUserId: 'bob' }], 'reader', { until, id: own }),
      { users: [{ externalUserId: 'bob' }], role: 'reader', until, id: own },
      { ...head, users: [bob], role: 'reader', until },
      { ...head, users: [bob], role: 'reader', until },
    ],
    [
      'remove-users',
      (client) => client.room(room).ban([bob], { id: own }),
      { users: [bob], ban: true, id: own },
      { ...membership, banned: [bob] },
      { ...membership, banned: [bob] },
    ],
    [
      'remove-users',
      (client) => client.room(room).leave({ id: own }),
      { users: [me], id: own },
      { ...membership, users: [me] },
      { ...membership, users: [me] },
    ],
  ])('sends %s, and resolves with its outcome', async (event, call, sent, answer, outcome) => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 5 })
    const calling = call(client)
    // `leave` first asks for the id of the bound user.
    await vi.waitFor(() => expect(socket.sent.map((sent) => sent.event)).toContain(event))
    const request = socket.take(event)
    expect(request).toEqual({ event, id: expect.any(String), room, body: sent })
    socket.answer(request, answer)
    expect(await calling).toEqual(outcome)
  })
})

describe('The handle of a room', () => {
  it.each([
    ['reader', 'that applies now', until],
    ['moderator', 'that has ended', '2025-06-01T00:00:00.000Z'],
  ])('has the role %s if the user joined with a lower role %s', async (role, _, role_until) => {
    const { bind, last, clock, client } = script()
    const handle = client.room(room)
    await bind({ others: { [room]: 5 } })
    const listed = { ...chatOf(room), seq: 5, role: 'reader', role_until, role_after: 'moderator' }
    last().answer(last().take('list-chats'), { chats: [listed] })
    await clock.run(0)
    expect(handle.role).toBe(role)
  })

  it.each([
    ['owner', 'a chat with a name', { name: 'room' }],
    ['member', 'a direct chat', { name: '', direct: true }],
  ])('has the role %s for the creator of %s', async (role, _, content) => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 5 })
    const created = roomOf(8)
    const chat = { ...chatOf(created), ...content }
    socket.deliver({ event: 'create-chat', room: created, seq: 1, body: { chat, user_id: me } })
    expect(client.room(created).role).toBe(role)
  })

  it('has the content of the chat and the role of the user as they are now, and reports their changes', async () => {
    const { joined, client } = script()
    const handle = client.room(room)
    const events: unknown[] = []
    handle.on('updated', ({ seq, chat }) => events.push([seq, chat]))
    handle.on('roles', ({ seq, users, role }) => events.push([seq, users, role]))
    const socket = await joined({ [room]: 5 })
    expect(handle.role).toBe('member')
    socket.deliver(frame('update-chat', 6, { chat: { id: room, name: 'tea', image: 'a.png' } }))
    socket.deliver(frame('update-members', 7, { users: [bob], role: 'admin' }))
    socket.deliver(frame('update-members', 8, { users: [me], role: 'moderator' }))
    socket.deliver(frame('update-members', 9, { users: [me], role: 'reader', until }))
    expect(handle.chat).toMatchObject({ name: 'tea', image: 'a.png' })
    expect(handle.role).toBe('reader')
    expect(events).toEqual([
      [6, { id: room, name: 'tea', image: 'a.png' }],
      [7, [bob], 'admin'],
      [8, [me], 'moderator'],
      [9, [me], 'reader'],
    ])
    socket.deliver(frame('update-members', 10, { users: [me], role: 'reader', until: at }))
    expect(handle.role).toBe('moderator')
  })
})
