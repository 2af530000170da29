import { describe, expect, it } from 'vitest'
import type { RoomMessage } from '../../../shared/client/chat-events.ts'
import type { SentFrame } from './scripted-service.ts'
import { bob, chatOf, me, messageBody, room, roomOf, script } from './scripted-service.ts'

interface Query {
  readonly before?: number
  readonly after?: number
  readonly limit?: number
  readonly cursor?: string
}

const created = (seq: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + seq * 1_000).toISOString()
const entry = (seq: number) => ({ ...messageBody(seq), created_at: created(seq), seq })
const seqs = (messages: readonly RoomMessage[]): number[] => messages.map(({ seq }) => seq)

/** Answers like a room with the messages 1…10, with three messages a page unless `limit` is set. */
const history = ({ body }: SentFrame): object => {
  const { before, after, limit = 3, cursor } = body.query as Query
  const isNewer = cursor === undefined ? after !== undefined : cursor.startsWith('>')
  const at = cursor === undefined ? undefined : Number(cursor.slice(1))
  const low = Math.max(after ?? 0, isNewer ? (at ?? 0) : 0)
  const high = Math.min(before ?? 11, isNewer ? 11 : (at ?? 11))
  const all = Array.from({ length: 10 }, (_, index) => index + 1).filter((seq) => seq > low && seq < high)
  const page = isNewer ? all.slice(0, limit) : all.slice(-limit)
  const next = isNewer ? `>${page.at(-1)}` : `<${page[0]}`
  return { messages: page.map(entry), ...(page.length < all.length ? { next_cursor: next } : {}) }
}

const reading = async () => {
  const scripted = script()
  const socket = await scripted.joined({})
  const asked: SentFrame[] = []
  const serve = async (): Promise<void> => {
    await scripted.clock.run(0)
    for (const frame of socket.sent.splice(0)) {
      asked.push(frame)
      socket.answer(frame, history(frame))
    }
  }
  const all = async (messages: AsyncGenerator<RoomMessage, void>): Promise<RoomMessage[]> => {
    const found: RoomMessage[] = []
    const read = (async () => {
      for await (const message of messages) found.push(message)
      return true
    })()
    for (let isDone: boolean | undefined; isDone !== true; ) isDone = await Promise.race([read, serve().then(() => undefined)])
    return found
  }
  return { ...scripted, socket, asked, all }
}

describe('The messages of a room', () => {
  it('are read backwards, page by page, newest first', async () => {
    const { client, all, asked } = await reading()
    const found = await all(client.messages(room))
    expect(found[0]).toEqual({ ...entry(10), room })
    expect(seqs(found)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(asked.map(({ body }) => body.query)).toEqual([{}, { cursor: '<8' }, { cursor: '<5' }, { cursor: '<2' }])
  })

  it('are read forwards, oldest first', async () => {
    const { client, all } = await reading()
    expect(seqs(await all(client.messages(room, { direction: 'forwards', pageSize: 4 })))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ])
  })

  it.each(['backwards', 'forwards'] as const)('are read between two seqs, %s', async (direction) => {
    const { client, all } = await reading()
    const found = seqs(await all(client.messages(room, { direction, after: 2, before: 8 })))
    expect(found.toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7])
    expect(found[0]).toBe(direction === 'forwards' ? 3 : 7)
  })

  it('are read backwards down to a time', async () => {
    const { client, all } = await reading()
    expect(seqs(await all(client.messages(room, { from: created(7) })))).toEqual([10, 9, 8, 7])
  })

  it('are requested only when the iterator needs them', async () => {
    const { client, socket, clock } = await reading()
    const messages = client.messages(room)
    expect(socket.sent).toEqual([])
    const first = messages.next()
    await clock.run(0)
    socket.answer(socket.take('list-messages'), { messages: [entry(9), entry(10)], next_cursor: 'c' })
    expect((await first).value).toMatchObject({ seq: 10 })
    expect((await messages.next()).value).toMatchObject({ seq: 9 })
    expect(socket.sent).toEqual([])
    await messages.return()
  })

  it('are requested with the seqs and times of the given range', async () => {
    const { client, asked, all } = await reading()
    await all(client.messages(room, { direction: 'forwards', from: created(2), to: created(4), pageSize: 200 }))
    expect(asked[0]?.body).toEqual({ chat: { id: room }, query: { after: 0, from: created(2), to: created(4), limit: 200 } })
  })

  it('continue after a lost connection, and end with a signal', async () => {
    const { client, socket, clock, bind, last } = await reading()
    const abort = new AbortController()
    const messages = client.messages(room, { signal: abort.signal })
    const first = messages.next()
    await clock.run(0)
    socket.drop()
    await clock.run(1_000)
    await bind()
    last().answer(last().take('list-messages'), { messages: [entry(10)], next_cursor: 'c' })
    expect((await first).value).toMatchObject({ seq: 10 })
    const second = messages.next()
    await clock.run(0)
    abort.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
  })

  it('fail with `forbidden` if the user may not read the room', async () => {
    const { client, socket, clock } = await reading()
    const first = client.messages(room).next()
    await clock.run(0)
    socket.refuse(socket.take('list-messages'), 'forbidden')
    await expect(first).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('The chats of a user', () => {
  it('are those of the bound user, page by page', async () => {
    const { client, clock, last, bind } = script()
    const chats = client.chats({ pageSize: 1 })
    const first = chats.next()
    await bind()
    const frame = last().take('list-chats')
    expect(frame.body).toEqual({ user: { id: me }, query: { limit: 1 } })
    last().answer(frame, { chats: [{ ...chatOf(room), seq: 3 }], next_cursor: 'c' })
    expect((await first).value).toEqual({ ...chatOf(room), seq: 3 })
    const second = chats.next()
    await clock.run(0)
    expect(last().take('list-chats').body).toMatchObject({ query: { cursor: 'c' } })
    last().drop(4500)
    await expect(second).rejects.toMatchObject({ code: 'ended' })
  })
})

describe('Users', () => {
  it('are looked up by ids, of at most a hundred people in each request, and by external ids', async () => {
    const { client, joined } = script()
    const socket = await joined({})
    const ids = Array.from({ length: 101 }, (_, n) => roomOf(n))
    const finding = client.users(ids)
    const [first, second] = [socket.take('get-users'), socket.take('get-users')]
    expect([first, second].map(({ body }) => (body.users as string[]).length)).toEqual([100, 1])
    socket.answer(second, { users: [{ id: me, externalUserId: 'ann' }] })
    socket.answer(first, { users: [{ id: bob, externalUserId: 'bob', name: 'Bob' }] })
    expect(await finding).toEqual([
      { id: bob, externalUserId: 'bob', name: 'Bob' },
      { id: me, externalUserId: 'ann' },
    ])
    void client.findUsers(['bob'])
    expect(socket.take('get-users').body).toEqual({ externalUserIds: ['bob'] })
    expect(await client.users([])).toEqual([])
  })
})
