import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSession } from '../contract/postgres/session.ts'
import type { Frame } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { plantElsewhere, plantInColumns } from './planted-words.ts'
import { storedPlaces } from './stored-places.ts'

const ok = (frame: Frame): Frame => {
  if (frame.error !== undefined) throw new Error(`${frame.event} was refused: ${frame.error.code}`)
  return frame
}

const placesWith = (words: readonly string[], places: ReadonlyMap<string, string>): readonly string[] =>
  [...places].filter(([, text]) => words.some((word) => text.includes(word))).map(([place]) => place)

/** A user with the word in its external id, its whole profile, and its messages in three rooms: present, former and direct. */
const fillWithWord = async (url: string, ann: Person, word: string) => {
  const eve = await personOn(url, `${word}-${randomUUID()}`)
  const ask = async (event: string, body: object, room?: string) =>
    ok(await eve.socket.request(event, body, room === undefined ? {} : { room }))
  await ask('update-user', { user: { name: word, image: `https://${word}.example/a.png`, data: { word } } })
  await ask('set-block', { user: ann.id })
  await ask('set-block', { user: ann.id, on: false })
  const { room } = await ann.createChat('present', [eve.id])
  const { room: former } = await ann.createChat('former', [eve.id])
  const direct = await ask('create-chat', { direct: true, users: [ann.id] })
  const { chat: pair } = direct.body as { chat: { id: string } }
  for (const place of [room, former, pair.id]) {
    const message = randomUUID()
    await ask('new-message', { msg: word, type: 'text', data: { word }, id: message }, place)
    await ask('edit-message', { message, msg: `again ${word}`, mentions: [ann.id] }, place)
    await ask('new-message', { msg: `reply ${word}`, type: 'text', thread: message }, place)
    await ask('mark-read', { seq: 1 }, place)
  }
  await ask('remove-users', { users: [eve.id] }, former)
  return { eve, rooms: [room, former, pair.id] }
}

/** What a member and a service read after the erasure, over sockets and HTTP begun after it. */
const readsOf = async (url: string, ann: Person, erased: string, rooms: readonly string[]) => {
  const seen = Object.fromEntries(rooms.map((room) => [room, 1]))
  await using resumed = await personOn(url, ann.name, { rooms: seen })
  await resumed.socket.seen('the end of the resume', ({ event }) => event === 'resume')
  const ask = async (event: string, body: object): Promise<string> =>
    JSON.stringify(ok(await resumed.socket.request(event, body)))
  const overHttp = async (event: string, body: object): Promise<string> => {
    const place = url.replace(/^ws/, 'http').replace(/\/ws$/, `/api/v1/${event}`)
    const headers = { 'content-type': 'application/json' }
    return (await fetch(place, { method: 'POST', headers, body: JSON.stringify({ as: ann.id, body }) })).text()
  }
  const reads = new Map<string, string>()
  for (const room of rooms) {
    const chat = { id: room }
    reads.set(`list-messages ${room}`, await ask('list-messages', { chat }))
    reads.set(`list-messages over HTTP ${room}`, await overHttp('list-messages', { chat }))
    reads.set(`list-members ${room}`, await ask('list-members', { chat }))
  }
  reads.set('list-chats', await ask('list-chats', { user: { id: ann.id } }))
  reads.set('get-users', await ask('get-users', { users: [erased] }))
  reads.set('get-users over HTTP', await overHttp('get-users', { users: [erased] }))
  reads.set('resume', JSON.stringify(resumed.socket.frames))
  return reads
}

interface Receipt {
  readonly user: string
  readonly dry_run: boolean
  readonly erased: { rooms: number; memberships: number; messages: number; profile: boolean }
  readonly remains: readonly { readonly place: string; readonly until: string | null }[]
}

const topics = ['topic chat.commands', 'topic chat.events']

describe.skipIf(noStackReason())('An erased user', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 0, writers: 1 })
    await chat.admin('level', '--raise')
    await chat.addGateway()
  }, 90_000)
  afterAll(() => chat[Symbol.asyncDispose]())

  const receiptOf = async (...args: readonly string[]): Promise<Receipt> => {
    const text = await chat.admin('erase-user', ...args)
    return JSON.parse(text.split('\n').find((line) => line.startsWith('{"user"')) ?? '') as Receipt
  }

  it('is in no table, key, log and answer, and in the topics only until the end of their retention', async () => {
    const { url = '' } = chat.gateways[0] ?? {}
    const word = `canary${randomUUID().slice(0, 8)}`
    await using ann = await personOn(url, freshName('ann'))
    const { eve, rooms } = await fillWithWord(url, ann, word)
    const plan = await receiptOf(eve.name, '--dry-run')
    expect(plan).toMatchObject({ user: eve.id, dry_run: true, erased: { rooms: 3, memberships: 2, messages: 6, profile: true } })
    const before = placesWith([word], await storedPlaces(chat))
    expect(before).toEqual(expect.arrayContaining(['table app_user', 'table event', ...topics]))

    const receipt = await receiptOf(eve.name)
    expect(receipt.erased).toEqual(plan.erased)
    for (const place of topics) {
      const named = receipt.remains.find((each) => each.place === place)
      expect(named?.until, place).toMatch(/^\d{4}-/)
    }
    const places = new Map([...(await storedPlaces(chat)), ...(await readsOf(url, ann, eve.id, rooms))])
    expect(placesWith([word], places).toSorted()).toEqual(topics)
    expect(places.get('resume')).toContain('"event":"erase"')
    for (const room of rooms) expect(places.get(`list-messages ${room}`)).toContain('"deleted":true')
    const [live] = await Promise.all([ann.socket.seen('the erasure', ({ event }) => event === 'erase')])
    expect(live.body).toMatchObject({ user: eve.id })
    await eve[Symbol.asyncDispose]()
  })

  it('can do nothing in its session, and returns as a new user with nothing of the old one', async () => {
    const { url = '' } = chat.gateways[0] ?? {}
    await using ann = await personOn(url, freshName('ann'))
    await using eve = await personOn(url, freshName('eve'))
    const { room } = await ann.createChat('room', [eve.id])
    await eve.say(room, 'hi')
    await chat.admin('erase-user', eve.name)
    const codeOf = async (event: string, body: object, more: object = {}) =>
      (await eve.socket.request(event, body, more)).error?.code
    expect(await codeOf('new-message', { msg: 'late', type: 'text' }, { room })).toBe('forbidden')
    expect(await codeOf('create-chat', { chat: { name: 'late' }, users: [eve.id] })).toBe('unknown_user')
    expect(await codeOf('update-user', { user: { name: 'late' } })).toBe('unknown_user')
    expect((await ann.socket.request('add-users', { users: [eve.id] }, { room })).error?.code).toBe('unknown_user')
    await using again = await personOn(url, eve.name)
    expect(again.id).not.toBe(eve.id)
    const { body } = await again.socket.request('list-chats', { user: { id: again.id } })
    expect(body).toMatchObject({ chats: [] })
  })

  it('cannot be erased by a client, and neither can messages, over sockets and HTTP', async () => {
    const { url = '' } = chat.gateways[0] ?? {}
    await using ann = await personOn(url, freshName('ann'))
    const { room } = await ann.createChat('room', [])
    const bodies = [
      ['erase', { from: 1, before: 9 }],
      ['erase-user', {}],
    ] as const
    for (const [event, body] of bodies) {
      expect((await ann.socket.request(event, body, { room })).error?.code).toBe('unknown_event')
      const place = url.replace(/^ws/, 'http').replace(/\/ws$/, `/api/v1/${event}`)
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(place, { method: 'POST', headers, body: JSON.stringify({ as: ann.id, room, body }) })
      expect(answer.status).toBe(404)
    }
  })

  it('is erased by a second run after an interruption, which continues with the id', async () => {
    const { url = '' } = chat.gateways[0] ?? {}
    await using ann = await personOn(url, freshName('ann'))
    await using eve = await personOn(url, freshName('eve'))
    const { room } = await ann.createChat('room', [eve.id])
    await eve.say(room, 'hi')
    const first = await receiptOf('--id', eve.id)
    expect(first.erased).toEqual({ rooms: 1, memberships: 1, messages: 1, profile: true })
    const second = await receiptOf('--id', eve.id)
    expect(second.erased).toEqual({ rooms: 0, memberships: 0, messages: 0, profile: false })
    await expect(chat.admin('erase-user', eve.name)).rejects.toThrow('there is no such user')
  })

  it('would be found in each column of text of each table that has rows, in Redis, in the log and in each topic', async () => {
    const word = `canary${randomUUID().slice(0, 8)}`
    const columns = await withSession(chat.databaseUrl, async (client) => {
      const { rows } = await client.query<{ table_name: string; column_name: string }>(
        `select table_name, column_name from information_schema.columns
        where table_schema = 'public' and data_type in ('text', 'json', 'jsonb', 'character varying')`,
      )
      return rows
    })
    const results = await withSession(chat.databaseUrl, (client) => plantInColumns(client, columns, word))
    expect(results.filter(({ isPlanted, isFound }) => isPlanted && !isFound)).toEqual([])
    const planted = results.filter(({ isPlanted }) => isPlanted).map(({ place }) => place)
    expect(planted).toEqual(expect.arrayContaining(['app_user.name', 'event.data', 'chat.name', 'message.type']))
    await plantElsewhere(chat, word)
    const expected = ['logs', 'Redis', 'topic chat.commands', 'topic chat.dead-letter', 'topic chat.events']
    await expect
      .poll(async () => placesWith([word], await storedPlaces(chat)).toSorted(), { timeout: 30_000, interval: 500 })
      .toEqual(expected.toSorted())
  })
})
