import { describe, expect, it } from 'vitest'
import type { ConnectOptions } from '../../../shared/client/chat-client.ts'
import type { ChatEvents } from '../../../shared/client/chat-events.ts'
import { bob, chatOf, me, membersFrame, messageFrame, room, roomOf, script } from './scripted-service.ts'

const binding = { features: ['watch', 'signal'], level: 3 }
const cyd = roomOf(77)

const joined = async (options?: ConnectOptions) => {
  const opened = script(options)
  const heard = { signal: [], typing: [], presence: [], profile: [], read: [] } as {
    [Name in 'signal' | 'typing' | 'presence' | 'profile' | 'read']: ChatEvents[Name][]
  }
  for (const name of ['signal', 'typing', 'presence', 'profile', 'read'] as const)
    opened.client.on(name, (event) => (heard[name] as unknown[]).push(event))
  const socket = await opened.joined({ [room]: 4 }, binding)
  // A client watches from the start, for the markers of the user's other devices.
  socket.answer(socket.take('watch'), { rooms: {}, users: {} })
  return { ...opened, socket, heard }
}

const state = (typing: readonly string[], online: boolean | null = true, at = '2026-11-24T15:45:02.000Z') => ({
  rooms: { [room]: { signals: true, typing } },
  users: { [bob]: { online, modified_at: at } },
})

const typingFrame = (user: string) => ({ event: 'signal', room, body: { user_id: user, kind: 'typing', ttl_ms: 6_000 } })

describe('typing', () => {
  it('sends at most one signal every 3 s, and none before a key is pressed', async () => {
    const { client, clock, socket } = await joined()
    const typed = () => socket.sent.filter(({ event }) => event === 'signal')
    for (let keys = 0; keys < 20; keys += 1) {
      client.typing(room)
      await clock.run(500)
    }
    expect(typed()).toHaveLength(4)
    expect(typed()[0]).toMatchObject({ room, body: { kind: 'typing' } })
    await clock.run(20_000)
    expect(typed()).toHaveLength(4)
  })

  it('is sent at once again after the own message', async () => {
    const { client, socket } = await joined()
    client.room(room).typing()
    socket.deliver(messageFrame(5, room, me))
    client.room(room).typing()
    expect(socket.sent.filter(({ event }) => event === 'signal')).toHaveLength(2)
  })

  it('is not sent to a service without signals, and not while disconnected', async () => {
    const older = script()
    const socket = await older.joined({ [room]: 4 })
    older.client.typing(room)
    expect(socket.sent.filter(({ event }) => event === 'signal')).toEqual([])
    const { client, sockets, last, clock } = await joined()
    last().drop()
    client.typing(room)
    expect(await client.signal(room, 'x.wave')).toBe(false)
    await clock.run(1_000)
    expect(sockets.flatMap(({ sent }) => sent.filter(({ event }) => event === 'signal'))).toEqual([])
  })

  it('of others is reported until it is over, is repeated, or ends with the message of the user', async () => {
    const { socket, clock, heard } = await joined()
    socket.deliver(typingFrame(bob))
    socket.deliver(typingFrame(cyd))
    await clock.run(4_000)
    socket.deliver(typingFrame(bob))
    await clock.run(4_000)
    socket.deliver(messageFrame(5))
    await clock.run(10_000)
    expect(heard.typing).toEqual([
      { room, users: [bob] },
      { room, users: [bob, cyd] },
      { room, users: [bob] },
      { room, users: [] },
    ])
    expect(heard.signal).toHaveLength(3)
  })
})

describe('watch', () => {
  it('resolves with the state, and its typing users are reported', async () => {
    const { client, socket, clock, heard } = await joined()
    const watched = client.watch({ rooms: [room], users: [bob] })
    await clock.run(0)
    const request = socket.take('watch')
    expect(request.body).toEqual({ rooms: [room], users: [bob] })
    socket.answer(request, state([bob]))
    expect(await watched).toEqual(state([bob]))
    expect(heard.typing).toEqual([{ room, users: [bob] }])
    await clock.run(6_000)
    expect(heard.typing).toEqual([
      { room, users: [bob] },
      { room, users: [] },
    ])
  })

  it('is repeated after a reconnect, and what has changed is reported by events', async () => {
    const { client, socket, clock, last, bind, heard } = await joined()
    const watched = client.watch({ rooms: [room], users: [bob] })
    await clock.run(0)
    socket.answer(socket.take('watch'), state([]))
    await watched
    socket.deliver({ event: 'presence', body: { user_id: bob, online: false } })
    socket.drop()
    await clock.run(1_000)
    await bind({ ...binding, rooms: { [room]: { seq: 4, recovered: true } } })
    const request = last().take('watch')
    expect(request.body).toEqual({ rooms: [room], users: [bob] })
    last().answer(request, state([bob], true))
    expect(heard.presence).toEqual([
      { user_id: bob, online: false },
      { user_id: bob, online: true },
    ])
    expect(heard.typing).toEqual([{ room, users: [bob] }])
  })

  it('is repeated when the user is a member of a watched room again', async () => {
    const { client, socket, clock } = await joined()
    const watched = client.watch({ rooms: [room] })
    await clock.run(0)
    socket.answer(socket.take('watch'), { rooms: { [room]: { signals: true, typing: [] } }, users: {} })
    await watched
    socket.deliver(membersFrame('remove-users', 5, [me]))
    socket.deliver(membersFrame('add-users', 8, [me]))
    socket.answer(socket.take('list-chats'), { chats: [{ ...chatOf(room), seq: 8 }] })
    await clock.run(0)
    expect(socket.take('watch').body).toEqual({ rooms: [room], users: [] })
  })

  it('fails with the code of a service that has no signals yet, and begins when the service accepts it', async () => {
    const { client, clock, joined: join } = script()
    const socket = await join({ [room]: 4 }, { features: ['create-user'] })
    const watched = client.watch({ rooms: [room] })
    await clock.run(0)
    socket.refuse(socket.take('watch'), 'unknown_event')
    await expect(watched).rejects.toMatchObject({ code: 'unknown_event' })
    socket.deliver({ event: 'features', body: { features: ['create-user', 'watch', 'signal'], level: 3 } })
    expect(socket.take('watch').body).toEqual({})
    socket.deliver({ event: 'features', body: { features: ['create-user', 'watch', 'signal'], level: 4 } })
    expect(socket.sent.filter(({ event }) => event === 'watch')).toEqual([])
  })
})

describe('signal', () => {
  it('resolves with whether the service has sent it, and fails if it is refused', async () => {
    const { client, socket, clock } = await joined()
    const answers = [client.signal(room, 'x.wave', { data: { a: 1 }, to: [bob] }), client.signal(room, 'x.wave')]
    await clock.run(0)
    const request = socket.take('signal')
    expect(request).toMatchObject({ room, body: { kind: 'x.wave', data: { a: 1 }, to: [bob] } })
    socket.answer(request, { sent: true })
    socket.answer(socket.take('signal'), { sent: false })
    expect(await Promise.all(answers)).toEqual([true, false])
    const refused = client.signal(roomOf(9), 'x.wave')
    socket.refuse(socket.take('signal'), 'forbidden')
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('of others, presence and read markers are reported as events, and malformed pushes are ignored', async () => {
    const { socket, heard } = await joined()
    socket.deliver({ event: 'signal', room, body: { user_id: bob, kind: 'x.wave', data: { a: 1 }, ttl_ms: 6_000 } })
    socket.deliver({ event: 'presence', body: { user_id: bob, online: null } })
    socket.deliver({ event: 'read', room, body: { user_id: bob, seq: 4, gen: 0 } })
    socket.deliver({ event: 'signal' })
    socket.deliver({ event: 'constructor', body: {} })
    expect(heard).toEqual({
      signal: [{ room, user_id: bob, kind: 'x.wave', data: { a: 1 }, ttl_ms: 6_000 }],
      typing: [],
      presence: [{ user_id: bob, online: null }],
      profile: [],
      read: [{ room, user_id: bob, seq: 4, gen: 0 }],
    })
  })
})

describe('profile', () => {
  const person = { id: bob, externalUserId: 'bob', name: 'Bobby' }
  const push = { event: 'profile', body: { user_id: bob } }

  it('is emitted with the user as the service shows it, read once for several pushes', async () => {
    const { socket, clock, heard } = await joined()
    for (let count = 0; count < 3; count += 1) socket.deliver(push)
    socket.deliver({ event: 'profile', body: { user_id: me, name: 'forged' } })
    await clock.run(1_000)
    const request = socket.take('get-users')
    expect(request.body).toEqual({ users: [bob, me] })
    socket.answer(request, { users: [person] })
    await clock.run(1_000)
    expect(heard.profile).toEqual([person])
    expect(socket.sent.filter(({ event }) => event === 'get-users')).toEqual([])
  })

  it('is emitted after a reconnect only if a watched user has changed meanwhile', async () => {
    const { client, socket, clock, last, bind, heard } = await joined()
    const watched = client.watch({ rooms: [room], users: [bob] })
    await clock.run(0)
    socket.answer(socket.take('watch'), state([]))
    await watched
    const reconnect = async (at?: string) => {
      last().drop()
      await clock.run(1_000)
      await bind({ ...binding, rooms: { [room]: { seq: 4, recovered: true } } })
      last().answer(last().take('watch'), state([], true, at))
      await clock.run(1_000)
    }
    await reconnect()
    expect(last().sent.filter(({ event }) => event === 'get-users')).toEqual([])
    await reconnect('2026-11-24T15:46:00.000Z')
    last().answer(last().take('get-users'), { users: [person] })
    await clock.run(0)
    expect(heard.profile).toEqual([person])
  })
})
