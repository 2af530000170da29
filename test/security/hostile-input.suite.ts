import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openSocket } from '../support/client/chat-socket.ts'
import { createdRoom, freshName, personOn } from '../support/client/person.ts'
import { clientFrame, rawUpgrade } from '../support/client/raw-socket.ts'
import { until } from '../support/poll.ts'
import { frameAttacks } from './frame-attacks.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asUser, fromElsewhere } from './guarded-chat.ts'
import { jsonAttacks, trickyTexts } from './json-attacks.ts'

export const hostileInputSuite = (open: () => GuardedChat): void => {
  const url = (): string => open().urls[0]
  const headers = async (name = freshName('ann')) => ({ ...(await asUser(name)), ...fromElsewhere() })
  const person = async (on = url()) => {
    const name = freshName('ann')
    return personOn(on, name, undefined, await headers(name))
  }

  describe('bytes that violate the WebSocket protocol', () => {
    it.each(frameAttacks)('close only their own socket, with $code: $what', async ({ bytes, code }) => {
      const pids = open().pids()
      await using neighbour = await openSocket(url(), await headers())
      await using socket = await rawUpgrade(url(), await headers())
      expect(await socket.status()).toBe(101)
      for (const chunk of bytes()) socket.write(chunk)
      expect(await socket.closeCode()).toBe(code)
      await socket.closed
      expect((await neighbour.request('ping', {})).body).toHaveProperty('now')
      expect(open().pids()).toEqual(pids)
    })

    it('do not include a binary frame, which is answered with an error', async () => {
      await using socket = await rawUpgrade(url(), await headers())
      expect(await socket.status()).toBe(101)
      socket.write(clientFrame('{"event":"ping","body":{}}', { opcode: 2 }))
      const answer = await until('an answer', () => socket.frames()[0])
      expect(answer.payload.toString()).toContain('"code":"invalid"')
      socket.write(clientFrame('', { opcode: 8 }))
      expect(await socket.closeCode()).toBeUndefined()
    })
  })

  describe('hostile text', () => {
    it.each(jsonAttacks)('is answered with $code, and the socket stays open: $what', async ({ text, code }) => {
      await using ann = await person()
      ann.socket.sendText(text)
      const { error } = await ann.socket.seen('an error', (frame) => frame.error !== undefined)
      expect(error).toMatchObject({ code, message: expect.any(String) })
      expect(JSON.stringify(error).length).toBeLessThan(1_000)
      expect((await ann.socket.request('ping', {})).body).toHaveProperty('now')
    })

    it.each(trickyTexts)('is stored unchanged in every text field: %j', async (text) => {
      const { urls } = open()
      const here = await headers(text)
      await using ann = await openSocket(urls[0], here)
      const name = `${text}-${randomUUID()}`
      await using own = await openSocket(urls[0], await headers(name))
      const { body = {} } = await own.request('create-user', { user: { externalUserId: name, name: text } })
      expect(body.user).toMatchObject({ externalUserId: name, name: text })
      const { id } = body.user as { id: string }
      const made = await own.request('create-chat', { chat: { name: text }, users: [id] })
      expect(made.body?.chat).toMatchObject({ name: text })
      const room = createdRoom(made)
      expect(await own.request('new-message', { msg: text, type: 'text' }, { room })).toMatchObject({ body: { msg: text } })
      await using far = await openSocket(urls[1] ?? urls[0], await headers(name))
      expect((await far.request('create-user', {})).body?.user).toMatchObject({ externalUserId: name, name: text })
      const chats = await far.request('list-chats', { user: { id } })
      expect(chats.body?.chats).toMatchObject([{ name: text }])
      const messages = await far.request('list-messages', { chat: { id: room } })
      expect(messages.body?.messages).toMatchObject([{ msg: text }])
      expect((await ann.request('ping', {})).body).toHaveProperty('now')
    })

    it('is refused as a room id of a resume: __proto__', async () => {
      await using ann = await person()
      ann.socket.sendText('{"event":"resume","id":"j","body":{"rooms":{"__proto__":1}}}')
      const { body } = await ann.socket.seen('an answer', ({ id }) => id === 'j')
      expect(body).toEqual({ rooms: {}, epoch: expect.any(String) })
    })

    it('cannot set the user, the time or the seq of an event', async () => {
      await using ann = await person()
      await using bob = await person()
      const { room } = await ann.createChat('own', [bob.id])
      const body = { msg: 'x', type: 'text' }
      for (const [forged, field] of [
        [{ event: 'new-message', room, body: { ...body, user_id: bob.id } }, 'body.user_id'],
        [{ event: 'new-message', room, body: { ...body, created_at: '2020-01-01T00:00:00.000Z' } }, 'body.created_at'],
        [{ event: 'new-message', room, body: { ...body, seq: 1 } }, 'body.seq'],
        [{ event: 'new-message', room, body, seq: 1 }, 'seq'],
        [{ event: 'new-message', room, body, user: bob.id }, 'user'],
        [{ event: 'create-chat', body: { chat: { name: 'x', created_at: 'x' }, users: [bob.id] } }, 'body.chat.created_at'],
        [{ event: 'create-user', body: { user: { externalUserId: ann.name, id: bob.id } } }, 'body.user.id'],
      ] as const) {
        ann.socket.sendText(JSON.stringify({ id: field, ...forged }))
        const { error } = await ann.socket.seen(field, ({ id }) => id === field)
        expect(error).toMatchObject({ code: 'invalid', details: { field, reason: 'unknown field' } })
      }
    })

    it('gets errors without internal details', async () => {
      await using ann = await person()
      const asked = [
        ann.socket.request('list-messages', { chat: { id: randomUUID() }, query: { cursor: "x' or 1=1" } }),
        ann.socket.request('list-chats', { user: { id: ann.id }, query: { cursor: 'AAAA' } }),
        ann.socket.request('create-chat', { chat: { name: 'x' }, users: [randomUUID()] }),
        ann.socket.request('new-message', { msg: 'x', type: 'text' }, { room: randomUUID() }),
        ann.socket.request('nonsense', {}),
      ]
      for (const { error } of await Promise.all(asked)) {
        expect(error).toBeDefined()
        expect(JSON.stringify(error)).not.toMatch(
          /select |insert |\bat .+\.ts|node_modules|127\.0\.0\.1|localhost|postgres|kafka|redis/i,
        )
      }
    })
  })
}
