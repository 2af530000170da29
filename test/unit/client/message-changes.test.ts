import { describe, expect, it } from 'vitest'
import type { ChatClient } from '../../../shared/client/chat-client.ts'
import type { UnsentStorage } from '../../../shared/client/unsent.ts'
import { bob, me, messageBody, messageFrame, room, roomOf, script, userBody } from './scripted-service.ts'

const id = messageBody(5).id
const own = roomOf(7)
const at = '2026-11-24T15:45:09.000Z'
const head = { id: own, user_id: bob, created_at: at }
const edited = { ...messageBody(5), msg: 'better', modified_at: at }
const tombstone = { ...messageBody(5), msg: '', modified_at: at, deleted: true as const }
const frame = (event: string, seq: number, body: object) => ({ event, room, seq, body: { ...head, ...body } })
const reacted = (seq: number, user: string, on: boolean, count: number) =>
  frame('set-reaction', seq, { user_id: user, message: id, reaction: 'heart', on, count })

describe('A call that changes a message', () => {
  it.each<[string, (client: ChatClient) => Promise<unknown>, object, object, unknown]>([
    [
      'edit-message',
      (client) => client.edit(room, id, { msg: 'better', data: { n: 1 }, mentions: [bob] }, { id: own }),
      { message: id, msg: 'better', data: { n: 1 }, mentions: [bob], id: own },
      { ...head, message: edited },
      edited,
    ],
    [
      'edit-message',
      (client) => client.room(room).edit(id, 'better', { id: own }),
      { message: id, msg: 'better', id: own },
      { ...head, message: edited },
      edited,
    ],
    [
      'delete-message',
      (client) => client.delete(room, id, { id: own }),
      { message: id, id: own },
      { ...head, message: tombstone },
      tombstone,
    ],
    [
      'set-reaction',
      (client) => client.room(room).react(id, 'heart', { id: own }),
      { message: id, reaction: 'heart', id: own },
      { ...head, message: id, reaction: 'heart', on: true, count: 3 },
      3,
    ],
    [
      'set-reaction',
      (client) => client.react(room, id, 'heart', { on: false, id: own }),
      { message: id, reaction: 'heart', on: false, id: own },
      { ...head, message: id, reaction: 'heart', on: false, count: 0 },
      0,
    ],
    [
      'set-pin',
      (client) => client.pin(room, id, { id: own }),
      { message: id, id: own },
      { ...head, message: id, on: true },
      undefined,
    ],
  ])('sends %s, and resolves with its outcome', async (event, call, sent, answer, outcome) => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 5 })
    const calling = call(client)
    const request = socket.take(event)
    expect(request).toEqual({ event, id: expect.any(String), room, body: sent })
    socket.answer(request, answer)
    expect(await calling).toEqual(outcome)
  })

  it('has a new id each time, unless one is given', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 5 })
    void client.pin(room, id).catch(() => undefined)
    expect(socket.take('set-pin').body.id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['unknown_message', 'unknown_event'] as const)('fails with the code of the service: %s', async (code) => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 5 })
    const editing = client.edit(room, id, 'better')
    socket.refuse(socket.take('edit-message'), code)
    await expect(editing).rejects.toMatchObject({ name: 'ChatError', code, retryable: false })
  })

  it('can be known to be accepted by the names of the events that the service accepts', async () => {
    const { client, clock, last } = script()
    expect(client.features).toEqual([])
    await clock.run(0)
    last().open()
    last().answer(last().take('create-user'), { ...userBody, features: ['new-message', 'edit-message'] })
    expect(client.features).toEqual(['new-message', 'edit-message'])
  })

  it('becomes known when the service accepts it while the connection is open', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 5 })
    const received: (readonly string[])[] = []
    client.on('features', (features) => received.push(features))
    socket.deliver({ event: 'features', body: { features: ['new-message', 'edit-message'], level: 2 } })
    socket.deliver({ event: 'features', body: {} })
    expect(client.features).toEqual(['new-message', 'edit-message'])
    expect(received).toEqual([['new-message', 'edit-message']])
  })
})

describe('A message', () => {
  it('is sent with its references and content, and without the fields that are not given', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 5 })
    const draft = { msg: 'Pizza', id: own, data: { price: 9 }, mentions: 'all', thread: id, replyTo: id, silent: true } as const
    const { replyTo: reply_to, ...others } = draft
    void client.send(room, draft).catch(() => undefined)
    expect(socket.take('new-message').body).toEqual({ ...others, type: 'text', reply_to })
  })

  it('that is not silent has no such field, which an older service would refuse', async () => {
    const { joined, client } = script()
    const socket = await joined({ [room]: 5 })
    void client.send(room, { msg: 'Pizza', id: own, silent: false }).catch(() => undefined)
    expect(socket.take('new-message').body).toEqual({ msg: 'Pizza', type: 'text', id: own })
  })
})

describe('The lists about a message', () => {
  it('are read page by page', async () => {
    const { joined, client, clock } = script()
    const socket = await joined({ [room]: 9 })
    const reading = Array.fromAsync(client.reactions(room, id, { reaction: 'heart', pageSize: 1 }))
    const entries = [me, bob].map((user_id) => ({ reaction: 'heart', user_id, seq: 7 }))
    const query = { reaction: 'heart', limit: 1 }
    for (const [index, entry] of entries.entries()) {
      await clock.run(0)
      const request = socket.take('list-reactions')
      expect(request.body).toEqual({ chat: { id: room }, message: id, query: index === 0 ? query : { ...query, cursor: 'c' } })
      socket.answer(request, { reactions: [entry], ...(index === 0 ? { next_cursor: 'c' } : {}) })
    }
    expect(await reading).toEqual(entries)
  })

  it('have the versions, oldest first', async () => {
    const { joined, client, clock } = script()
    const socket = await joined({ [room]: 9 })
    const reading = Array.fromAsync(client.room(room).versions(id))
    await clock.run(0)
    const request = socket.take('get-message-versions')
    expect(request.body).toEqual({ chat: { id: room }, message: id, query: {} })
    const versions = [messageBody(5), edited].map((version, index) => ({ ...version, seq: 5 + index }))
    socket.answer(request, { versions })
    expect(await reading).toEqual(versions.map((version) => ({ ...version, room })))
  })

  it('select a thread, the messages that are not replies, or the pinned messages', async () => {
    const { joined, client, clock } = script()
    const socket = await joined({ [room]: 9 })
    for (const filter of [{ thread: id }, { replies: false }, { pinned: true }]) {
      for (const direction of ['backwards', 'forwards'] as const) {
        void client.messages(room, { ...filter, direction }).next()
        await clock.run(0)
        expect(socket.take('list-messages').body.query).toMatchObject(filter)
      }
    }
  })
})

describe('A change of a message', () => {
  const changedAt = async (...frames: object[]) => {
    const scripted = script()
    const changes: unknown[] = []
    scripted.client.on('changed', (change) => changes.push(change))
    const socket = await scripted.joined({ [room]: 5 })
    for (const each of frames) socket.deliver(each)
    return { ...scripted, socket, changes }
  }

  it('is an event in its place in the room', async () => {
    const { changes, events } = await changedAt(
      frame('edit-message', 6, { message: edited }),
      reacted(7, bob, true, 1),
      messageFrame(8),
      frame('set-pin', 9, { message: id, on: true }),
      frame('delete-message', 10, { message: tombstone }),
    )
    const common = { ...head, room, message: id }
    expect(changes).toEqual([
      { ...common, seq: 6, change: 'edited', content: edited },
      { ...common, seq: 7, change: 'reaction', reaction: 'heart', on: true, count: 1 },
      { ...common, seq: 9, change: 'pin', on: true },
      { ...common, seq: 10, change: 'deleted', content: tombstone },
    ])
    expect(events).toEqual([['message', { ...messageBody(8), room, seq: 8 }]])
  })

  it('removes a deleted message from the storage of unsent messages', async () => {
    const entries = new Map<string, string>()
    const storage: UnsentStorage = {
      length: 0,
      key: () => null,
      getItem: () => null,
      setItem: (key, value) => void entries.set(key, value),
      removeItem: (key) => void entries.delete(key),
    }
    const { joined, client } = script({ storage })
    const socket = await joined({ [room]: 5 })
    void client.send(room, { id, msg: 'a secret' }).catch(() => undefined)
    expect([...entries.values()].join()).toContain('a secret')
    socket.deliver(frame('edit-message', 6, { message: edited }))
    expect(entries.size).toBe(1)
    socket.deliver(frame('delete-message', 7, { message: tombstone }))
    expect(entries.size).toBe(0)
  })

  it('that was missed is reported before the messages that are read from history', async () => {
    const { client, bind, last, clock, joined } = script({ maxResumed: 5 })
    const seen: unknown[] = []
    await joined({ [room]: 5 })
    client.on('missed', (event) => seen.push(event))
    client.on('message', (event) => seen.push(event))
    last().drop()
    await clock.run(2_000)
    await bind({ rooms: { [room]: { seq: 20, recovered: false, reason: 'too_many' } } })
    last().answer(last().take('list-messages'), { messages: [{ ...messageBody(9), seq: 9, pinned: true }], as_of: 21 })
    expect(seen).toEqual([
      { room, seq: 20 },
      { ...messageBody(9), room, seq: 9, pinned: true, as_of: 21 },
    ])
  })
})
