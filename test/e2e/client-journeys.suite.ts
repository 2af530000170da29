import { describe, expect, it } from 'vitest'
import { WebSocket as OtherSocket } from 'ws'
import type { ChatClient, ConnectOptions } from '../../shared/client/chat-client.ts'
import type { JoinedChat, RoomMessage } from '../../shared/client/chat-events.ts'
import { connect } from '../../shared/client/connect.ts'
import { newId } from '../../shared/client/new-id.ts'
import { asyncapiDocument } from '../../shared/protocol/asyncapi.ts'
import { freshName } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { tcpProxy } from '../support/stack/tcp-proxy.ts'
import type { RunningChat } from './journeys.suite.ts'

/** An application that records the events of its client. */
interface App extends AsyncDisposable {
  readonly client: ChatClient
  readonly id: string
  readonly chats: JoinedChat[]
  readonly messages: RoomMessage[]
  readonly left: string[]
  readonly states: string[]
  texts(room: string): string[]
  /** Waits until it has received that many messages of the room. */
  received(room: string, count: number): Promise<string[]>
}

const backoff = { withinMs: 30_000 }
const quick = { backoffFirstMs: 50, backoffMostMs: 500 }

const appOn = async (url: string, name: string, options: ConnectOptions = {}): Promise<App> => {
  const client = connect(url, { user: { externalUserId: name, name: name.slice(0, 3) }, times: quick, ...options })
  const [chats, messages, left, states]: [JoinedChat[], RoomMessage[], string[], string[]] = [[], [], [], []]
  client.on('chat', (chat) => chats.push(chat))
  client.on('message', (message) => messages.push(message))
  client.on('left', ({ room }) => left.push(room))
  client.on('state', ({ state }) => states.push(state))
  const texts = (room: string): string[] => messages.filter((message) => message.room === room).map(({ msg }) => msg)
  return {
    client,
    id: (await client.ready()).id,
    chats,
    messages,
    left,
    states,
    texts,
    received: (room, count) => until(`${count} messages in ${room}`, () => texts(room).length >= count && texts(room), backoff),
    [Symbol.asyncDispose]: async () => client.close(),
  }
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** What applications do with the client; it runs against the embedded and the distributed chat. */
export const clientJourneys = (open: () => RunningChat): void => {
  const here = (): string => open().urls[0]
  const there = (): string => open().urls[1] ?? open().urls[0]

  const couple = async (owned: AsyncDisposableStack): Promise<readonly [App, App]> => [
    owned.use(await appOn(here(), freshName('ann'))),
    owned.use(await appOn(there(), freshName('bob'))),
  ]

  describe('applications that use the client', () => {
    it('all receive the messages of a room in the order of its history', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const chat = await ann.client.createChat({ name: 'tea', users: [bob.id] })
      expect(chat).toMatchObject({ name: 'tea', users: [ann.id, bob.id] })
      const sent = ['a', 'b', 'c', 'd', 'e'].flatMap((text) => [
        ann.client.send(chat.id, `ann ${text}`),
        bob.client.send(chat.id, `bob ${text}`),
      ])
      const stored = await Promise.all(sent)
      const received = await ann.received(chat.id, 10)
      expect(await bob.received(chat.id, 10)).toEqual(received)
      expect(received.filter((text) => text.startsWith('bob'))).toEqual(['bob a', 'bob b', 'bob c', 'bob d', 'bob e'])
      expect(ann.messages.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
      expect(new Set(ann.messages.map(({ id }) => id))).toEqual(new Set(stored.map(({ id }) => id)))
      const forwards = await all(bob.client.messages(chat.id, { direction: 'forwards', pageSize: 3 }))
      expect(forwards.map(({ as_of: _, ...message }) => message)).toEqual(ann.messages)
      expect(await all(bob.client.messages(chat.id, { pageSize: 4 }))).toEqual(forwards.toReversed())
      expect(await all(bob.client.messages(chat.id, { after: 3, before: 9 }))).toEqual(forwards.slice(2, 7).toReversed())
    })

    it('find their chats and the names of the members, on the first and on a later device', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const name = freshName('cyd')
      const cyd = await appOn(there(), name)
      const { id: room } = await ann.client.createChat({ name: 'late', users: [bob.id] })
      await ann.client.send(room, 'before')
      expect((await ann.client.addUsers(room, [cyd.id, bob.id])).users).toEqual([cyd.id])
      await ann.client.send(room, 'after')
      await cyd.received(room, 1)
      expect(cyd.chats).toMatchObject([{ id: room, name: 'late', users: [ann.id, bob.id, cyd.id], seq: 3 }])
      expect(cyd.texts(room)).toEqual(['after'])
      cyd.client.close()
      const desk = owned.use(await appOn(here(), name))
      await until('the chat on the other device', () => desk.chats.length === 1, backoff)
      expect(desk.chats).toMatchObject([{ id: room, seq: 4 }])
      expect((await all(desk.client.messages(room))).map(({ msg }) => msg)).toEqual(['after', 'before'])
      expect(await all(desk.client.chats())).toMatchObject([{ id: room, seq: 4 }])
      const people = await desk.client.users([ann.id, bob.id, newId()])
      expect(people.map((person) => person.name).toSorted()).toEqual(['ann', 'bob'])
      expect((await desk.client.findUsers([name]))[0]?.id).toBe(cyd.id)
    })

    it('show messages as they are now: edited, deleted, with reactions, pins and replies', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const { id } = await ann.client.createChat({ name: 'lively', users: [bob.id] })
      const early = bob.client.room(id)
      const root = await ann.client.send(id, { msg: 'Hungry?', data: { menu: 1 }, mentions: [bob.id] })
      const wrong = await ann.client.send(id, 'a mistake')
      await bob.client.send(id, { msg: 'Pizza', thread: root.id, replyTo: root.id, silent: true })
      expect((await ann.client.edit(id, root.id, 'Hungry? Pizza?')).modified_at).not.toBe(root.modified_at)
      expect(await ann.client.delete(id, wrong.id)).toMatchObject({ msg: '', deleted: true })
      await ann.client.pin(id, root.id)
      expect([await ann.client.react(id, root.id, '👍'), await bob.client.react(id, root.id, '👍')]).toEqual([1, 2])
      await expect(bob.client.edit(id, wrong.id, 'x')).rejects.toMatchObject({ code: 'unknown_message', retryable: false })

      const late = bob.client.room(id).list({ replies: false })
      await early.loadOlder(10)
      await late.loadOlder(10)
      const thread = await all(bob.client.messages(id, { thread: root.id }))
      const listed = await all(bob.client.messages(id, { direction: 'forwards' }))
      const plain = (messages: readonly RoomMessage[]) => messages.map(({ as_of: _, ...message }) => message)
      await until('the last reaction', () => early.messages[0]?.reactions?.['👍'] === 2, backoff)
      expect(plain(early.messages)).toEqual(plain(listed))
      expect(listed).toMatchObject([
        { msg: 'Hungry? Pizza?', pinned: true, my_reactions: ['👍'], reactions: { '👍': 2 }, replies: { count: 1, last_seq: 4 } },
        { msg: '', deleted: true },
        { msg: 'Pizza', thread: root.id, reply_to: root.id, silent: true },
      ])
      expect(plain(late.messages)).toEqual(plain(listed.slice(0, 2)))
      expect(plain(thread)).toEqual(plain(listed.slice(2)))
      expect((await all(bob.client.reactions(id, root.id))).map(({ user_id }) => user_id).toSorted()).toEqual(
        [ann.id, bob.id].toSorted(),
      )
      expect((await all(bob.client.versions(id, root.id))).map(({ msg }) => msg)).toEqual(['Hungry?', 'Hungry? Pizza?'])
      expect(bob.client.features).toContain('edit-message')
    })

    it('receive an event when their membership ends, and the error of each refused call', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const { id: room } = await ann.client.createChat({ name: 'short', users: [bob.id] })
      await bob.client.send(room, 'hello')
      await ann.client.removeUsers(room, [bob.id])
      await until('bob to receive the end of the membership', () => bob.left.includes(room), backoff)
      await ann.client.send(room, 'not for bob')
      await expect(bob.client.send(room, 'still here?')).rejects.toMatchObject({ code: 'forbidden', retryable: false })
      await expect(bob.client.messages(room).next()).rejects.toMatchObject({ code: 'forbidden' })
      await expect(ann.client.send(room, '')).rejects.toMatchObject({ code: 'invalid', details: { field: 'body.msg' } })
      await ann.client.addUsers(room, [bob.id])
      await ann.client.send(room, 'welcome back')
      await bob.received(room, 2)
      expect(bob.texts(room)).toEqual(['hello', 'welcome back'])
      expect(bob.chats.map(({ seq }) => seq)).toEqual([1, 5])
    })

    it('receive all messages after a lost connection, and send the messages that waited for it', async () => {
      await using owned = new AsyncDisposableStack()
      const proxy = owned.use(await tcpProxy(() => Number(new URL(there()).port)))
      const ann = owned.use(await appOn(here(), freshName('ann')))
      const bob = owned.use(await appOn(`ws://127.0.0.1:${proxy.port}/ws`, freshName('bob')))
      const { id: room } = await ann.client.createChat({ name: 'tunnel', users: [bob.id] })
      await ann.client.send(room, 'first')
      await bob.received(room, 1)
      proxy.cut('reset')
      await until('bob to be offline', () => bob.states.includes('offline'), backoff)
      const answers = ['no', 'not', 'yet'].map((text) => bob.client.send(room, text))
      for (const text of ['one', 'two', 'three']) await ann.client.send(room, text)
      proxy.heal()
      await Promise.all(answers)
      expect(await bob.received(room, 7)).toEqual(['first', 'one', 'two', 'three', 'no', 'not', 'yet'])
      expect(await ann.received(room, 7)).toEqual(bob.texts(room))
      expect(bob.states.at(-1)).toBe('online')
    })

    it('replace a connection that delivers nothing', async () => {
      await using owned = new AsyncDisposableStack()
      const proxy = owned.use(await tcpProxy(() => Number(new URL(here()).port)))
      const ann = owned.use(await appOn(there(), freshName('ann')))
      const times = { ...quick, silenceMs: 500, pongMs: 1_000, connectMs: 5_000 }
      const bob = owned.use(await appOn(`ws://127.0.0.1:${proxy.port}/ws`, freshName('bob'), { times }))
      const { id: room } = await ann.client.createChat({ name: 'hole', users: [bob.id] })
      await ann.client.send(room, 'before')
      await bob.received(room, 1)
      proxy.cut('black-hole')
      const answer = bob.client.send(room, 'from bob')
      await ann.client.send(room, 'from ann')
      await until('bob to notice', () => bob.states.includes('offline'), backoff)
      proxy.heal()
      await answer
      await bob.received(room, 3)
      await ann.received(room, 3)
      expect(bob.texts(room)).toEqual(ann.texts(room))
    })

    it('retry a message whose outcome is unknown, and it is stored once', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const { id: room } = await ann.client.createChat({ name: 'twice', users: [bob.id] })
      const draft = { msg: 'once 𝕏 ☕ <b>', id: newId() }
      const first = await ann.client.send(room, draft)
      expect(await ann.client.send(room, draft)).toEqual(first)
      await expect(ann.client.send(room, { ...draft, msg: 'other' })).rejects.toMatchObject({ code: 'conflict' })
      await ann.client.send(room, 'end')
      expect(await bob.received(room, 2)).toEqual([draft.msg, 'end'])
    })

    it('can fetch the AsyncAPI document from every gateway', async () => {
      for (const url of open().urls) {
        const answer = await fetch(new URL('/asyncapi.json', url.replace(/^ws/, 'http')))
        expect(answer.headers.get('content-type')).toBe('application/json')
        expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(asyncapiDocument())))
      }
    })

    it('may pass their own WebSocket class', async () => {
      await using owned = new AsyncDisposableStack()
      const ann = owned.use(await appOn(here(), freshName('ann'), { WebSocket: OtherSocket }))
      const { id: room } = await ann.client.createChat({ name: 'ws', users: [ann.id] })
      await ann.client.send(room, 'through ws')
      expect(await ann.received(room, 1)).toEqual(['through ws'])
    })
  })
}
