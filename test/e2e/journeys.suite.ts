import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { FeedFrame } from '../support/client/chat-socket.ts'
import { openSocket } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { badInputs } from './bad-inputs.ts'

/** The addresses of the gateways of a running chat. With only one gateway, all users are on it. */
export interface RunningChat {
  readonly urls: readonly [string, ...string[]]
}

const texts = (frames: readonly FeedFrame[]): unknown[] =>
  frames.filter(({ event }) => event === 'new-message').map(({ body }) => body.msg)

const withoutId = ({ id: _id, ...rest }: FeedFrame): unknown => rest

/** What users do with a chat; it runs against the embedded and the distributed chat. */
export const journeys = (open: () => RunningChat): void => {
  const here = (): string => open().urls[0]
  const there = (): string => open().urls[1] ?? open().urls[0]

  const couple = async (owned: AsyncDisposableStack): Promise<readonly [Person, Person]> => {
    const ann = owned.use(await personOn(here(), freshName('ann')))
    const bob = owned.use(await personOn(there(), freshName('bob')))
    return [ann, bob]
  }

  describe('users', () => {
    it('on two gateways receive the same frames in the same order', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const { room } = await ann.createChat('tea', [bob.id])
      await bob.feedTo(room, 1)
      await Promise.all([1, 2, 3, 4, 5].flatMap((n) => [ann.say(room, `a${n}`), bob.say(room, `b${n}`)]))
      const [annSaw, bobSaw] = [await ann.feedTo(room, 11), await bob.feedTo(room, 11)]
      expect(annSaw.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
      expect(bobSaw.map(withoutId)).toEqual(annSaw.map(withoutId))
      expect(texts(annSaw).filter((text) => String(text).startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4', 'a5'])
      expect(texts(annSaw).filter((text) => String(text).startsWith('b'))).toEqual(['b1', 'b2', 'b3', 'b4', 'b5'])
      const history = await ann.history(room)
      expect(history).toEqual(annSaw.slice(1).map(({ body, seq }) => ({ ...body, seq })))
      expect(await bob.history(room)).toEqual(history)
    })

    it('get the confirmation as the feed frame with their request id, which no other socket gets', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const name = freshName('ann')
      const [phone, desk] = [owned.use(await personOn(here(), name)), owned.use(await personOn(there(), name))]
      const { room } = await phone.createChat('devices', [ann.id, bob.id])
      const confirmation = await phone.say(room, 'hello')
      expect(confirmation).toMatchObject({ event: 'new-message', room, seq: 2, body: { msg: 'hello', user_id: phone.id } })
      for (const other of [desk, ann, bob]) {
        const [, frame] = await other.feedTo(room, 2)
        expect(frame).toEqual(withoutId(confirmation as FeedFrame))
      }
    })

    it('read the history on a device that connects later', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const { room } = await ann.createChat('late', [bob.id])
      for (const text of ['one', 'two', 'three']) await ann.say(room, text)
      const name = freshName('cyd')
      const cyd = owned.use(await personOn(there(), name))
      await ann.addUsers(room, [cyd.id])
      const late = owned.use(await personOn(here(), name))
      expect((await late.history(room)).map(({ msg }) => msg)).toEqual(['one', 'two', 'three'])
      await bob.say(room, 'four')
      expect(texts(await late.feedTo(room, 6))).toEqual(['four'])
      expect((await cyd.feedTo(room, 6)).map(({ event, seq }) => [event, seq])).toEqual([
        ['add-users', 5],
        ['new-message', 6],
      ])
    })

    it('are added to a chat while offline, and find it when they connect', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const name = freshName('eve')
      const before = await personOn(here(), name)
      await before[Symbol.asyncDispose]()
      const { room } = await ann.createChat('for eve', [bob.id])
      await ann.addUsers(room, [before.id])
      await bob.say(room, 'where is eve?')
      const eve = owned.use(await personOn(there(), name))
      expect(eve.id).toBe(before.id)
      const { body } = await eve.socket.request('list-chats', { user: { id: eve.id } })
      expect(body?.chats).toMatchObject([{ id: room, name: 'for eve', users: [ann.id, bob.id, eve.id], seq: 3 }])
      await eve.say(room, 'here')
      expect(texts(await bob.feedTo(room, 4))).toEqual(['where is eve?', 'here'])
    })

    it('are added and removed during a conversation, at the same seq for every member', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const [cyd, dan] = [
        owned.use(await personOn(there(), freshName('cyd'))),
        owned.use(await personOn(here(), freshName('dan'))),
      ]
      const { room } = await ann.createChat('coming and going', [bob.id, dan.id])
      const chatter = Array.from({ length: 20 }, (_, n) => bob.say(room, `b${n}`))
      const added = (await ann.addUsers(room, [cyd.id])) as FeedFrame
      const removed = (await ann.removeUsers(room, [dan.id])) as FeedFrame
      await Promise.all(chatter)
      const all = await ann.feedTo(room, 23)
      const cydSaw = await cyd.feedTo(room, 23)
      await dan.feedTo(room, removed.seq)
      await expect(dan.say(room, 'still here?')).rejects.toThrow('forbidden')
      expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 23 }, (_, index) => index + 1))
      expect(cydSaw.map(withoutId)).toEqual(all.slice(added.seq - 1).map(withoutId))
      expect(dan.socket.feed(room).map(withoutId)).toEqual(all.slice(0, removed.seq).map(withoutId))
      expect((await dan.socket.request('list-messages', { chat: { id: room } })).error?.code).toBe('forbidden')
    })

    it('may send the first message without waiting for the answer to create-chat', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const id = randomUUID()
      const [, message] = await Promise.all([ann.createChat('at once', [bob.id], id), ann.say(id, 'first!')])
      expect(message.body).toMatchObject({ msg: 'first!' })
      for (const person of [ann, bob]) expect(texts(await person.feedTo(id, 2))).toEqual(['first!'])
    })

    it('retry a message on another gateway, and it is stored once', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const annThere = owned.use(await personOn(there(), freshName('fay')))
      const { room } = await ann.createChat('again', [bob.id, annThere.id])
      const id = randomUUID()
      const first = (await bob.say(room, 'once', id)) as FeedFrame
      await Promise.all([bob.feedTo(room, 2), ann.feedTo(room, 2)])
      const again = await ann.socket.request('new-message', { msg: 'once', type: 'text', id }, { room, as: bob.id })
      expect(again.body).toEqual(first.body)
      expect(again.seq).toBeUndefined()
      const other = await ann.socket.request('new-message', { msg: 'another', type: 'text', id }, { room, as: bob.id })
      expect(other.error?.code).toBe('conflict')
      await ann.say(room, 'after')
      expect(texts(await bob.feedTo(room, 3))).toEqual(['once', 'after'])
      expect((await bob.history(room)).map(({ msg }) => msg)).toEqual(['once', 'after'])
    })

    it('can look up only users with whom they share a chat', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      await ann.createChat('known', [bob.id])
      const { body } = await ann.socket.request('get-users', { users: [bob.id, randomUUID()] })
      expect(body?.users).toEqual([{ id: bob.id, externalUserId: expect.stringContaining('bob') }])
    })

    it('resume on another gateway after their last seq', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const name = freshName('gus')
      const gus = await personOn(here(), name)
      const { room } = await ann.createChat('tunnel', [bob.id, gus.id])
      await gus.feedTo(room, 1)
      await gus[Symbol.asyncDispose]()
      for (const text of ['one', 'two', 'three']) await bob.say(room, text)
      const back = owned.use(await personOn(there(), name, { rooms: { [room]: 1 } }))
      const answer = await back.socket.seen('the answer to resume', ({ event }) => event === 'resume')
      expect(answer.body).toMatchObject({ rooms: { [room]: { seq: 4, recovered: true } } })
      await ann.say(room, 'four')
      expect(texts(await back.feedTo(room, 5))).toEqual(['one', 'two', 'three', 'four'])
      expect(back.socket.frames.map(({ event, seq }) => seq ?? event)).toEqual(['create-user', 2, 3, 4, 'resume', 5])
    })
  })

  describe('a resume', () => {
    it('states for each room whether it was recovered, and the reason if not', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const [long, short, left] = await Promise.all(['long', 'short', 'left'].map((name) => ann.createChat(name, [bob.id])))
      const rooms = { long: long?.room ?? '', short: short?.room ?? '', left: left?.room ?? '', none: randomUUID() }
      for (const text of ['one', 'two', 'three']) await ann.say(rooms.long, text)
      await ann.removeUsers(rooms.left, [bob.id])
      await Promise.all([bob.feedTo(rooms.long, 4), bob.feedTo(rooms.short, 1), bob.feedTo(rooms.left, 2)])
      const asked = { [rooms.long]: 1, [rooms.short]: 9, [rooms.left]: 1, [rooms.none]: 0 }
      const { body } = await bob.socket.request('resume', { rooms: asked, max: 2 })
      expect(body?.rooms).toEqual({
        [rooms.long]: { seq: 4, recovered: false, reason: 'too_many' },
        [rooms.short]: { seq: 1, recovered: false, reason: 'ahead' },
        [rooms.left]: { seq: 0, recovered: false, reason: 'forbidden' },
        [rooms.none]: { seq: 0, recovered: false, reason: 'forbidden' },
      })
      const again = await bob.socket.request('resume', { rooms: { [rooms.long]: 1 }, epoch: body?.epoch })
      expect(again.body).toEqual({ rooms: { [rooms.long]: { seq: 4, recovered: true } }, epoch: body?.epoch })
      expect(bob.socket.feed(rooms.long).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 2, 3, 4])
      const other = await bob.socket.request('resume', { rooms: { [rooms.long]: 4 }, epoch: 'of another store' })
      expect(other.body?.rooms).toEqual({ [rooms.long]: { seq: 4, recovered: false, reason: 'epoch' } })
      await ann.say(rooms.long, 'four')
      expect((await bob.feedTo(rooms.long, 5)).at(-1)?.body.msg).toBe('four')
    })
  })

  describe('bad input', () => {
    it.each(badInputs)('is answered with $code and leaves the socket open: $what', async ({ text, code, field, event }) => {
      await using owned = new AsyncDisposableStack()
      const ann = owned.use(await personOn(here(), freshName('ann')))
      ann.socket.sendText(text)
      const { error } = await ann.socket.seen('an error', (frame) => frame.error !== undefined && frame.event === event)
      expect(error).toMatchObject({ code, message: expect.stringMatching(/.{5,}/), retryable: false })
      if (field !== undefined) expect(error?.details).toMatchObject({ field, reason: expect.any(String) })
      expect((await ann.socket.request('ping', {})).body).toHaveProperty('now')
    })

    it('is refused with `unbound` before the socket has a user', async () => {
      await using socket = await openSocket(here())
      for (const [event, body] of [
        ['list-chats', { user: { id: randomUUID() } }],
        ['list-messages', { chat: { id: randomUUID() } }],
        ['create-chat', { chat: { name: 'x' }, users: [randomUUID()] }],
        ['resume', { rooms: {} }],
      ] as const) {
        expect((await socket.request(event, body)).error?.code).toBe('unbound')
      }
      expect((await socket.request('new-message', { msg: 'x', type: 'text' }, { room: randomUUID() })).error?.code).toBe(
        'unbound',
      )
    })

    it('is refused with the list of the users who do not exist', async () => {
      await using owned = new AsyncDisposableStack()
      const ann = owned.use(await personOn(here(), freshName('ann')))
      const nobody = randomUUID()
      const { error } = await ann.socket.request('create-chat', { chat: { name: 'x' }, users: [nobody] })
      expect(error).toMatchObject({ code: 'unknown_user', details: { users: [nobody] } })
    })

    it('gets the same error for a room of other users and for a missing room', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      const { room } = await bob.createChat('of bob', [])
      const rejections = await Promise.all(
        [room, randomUUID()].flatMap((chat) => [
          ann.socket.request('new-message', { msg: 'x', type: 'text' }, { room: chat }),
          ann.socket.request('add-users', { users: [ann.id] }, { room: chat }),
          ann.socket.request('list-messages', { chat: { id: chat } }),
        ]),
      )
      const errors = rejections.map(({ error }) => error)
      expect(new Set(errors.map((error) => error?.code))).toEqual(new Set(['forbidden']))
      expect(errors.slice(0, 3)).toEqual(errors.slice(3))
    })

    it('gets neither the list of another user nor an id that is in use', async () => {
      await using owned = new AsyncDisposableStack()
      const [ann, bob] = await couple(owned)
      expect((await ann.socket.request('list-chats', { user: { id: bob.id } })).error?.code).toBe('forbidden')
      const { room } = await ann.createChat('mine', [bob.id])
      const id = randomUUID()
      await ann.say(room, 'mine', id)
      await bob.feedTo(room, 2)
      const taken = await bob.socket.request('new-message', { msg: 'mine', type: 'text', id }, { room })
      expect(taken.error?.code).toBe('conflict')
    })
  })
}
