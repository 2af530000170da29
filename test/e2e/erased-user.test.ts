import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installMs } from '../../infra/native/go-program.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { withSession } from '../contract/postgres/session.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { noStackReason } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import type { FullChat } from './full-chat.ts'
import { startFullChat } from './full-chat.ts'
import { fillWithWord, ok } from './person-with-word.ts'
import { plantElsewhere, plantInColumns } from './planted-words.ts'
import { storedPlaces } from './stored-places.ts'

const placesWith = (words: readonly string[], places: ReadonlyMap<string, string>): readonly string[] =>
  [...places].filter(([, text]) => words.some((word) => text.includes(word))).map(([place]) => place)

const overHttp = (url: string, event: string, request: object): Promise<Response> => {
  const place = url.replace(/^ws/, 'http').replace(/\/ws$/, `/api/v1/${event}`)
  return fetch(place, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) })
}

/** What a member and a service read after the erasure, over sockets and HTTP begun after it. */
const readsOf = async (url: string, ann: Person, word: string, erased: string, rooms: readonly string[]) => {
  const seen = Object.fromEntries(rooms.map((room) => [room, 1]))
  await using resumed = await personOn(url, ann.name, { rooms: seen })
  await resumed.socket.seen('the end of the resume', ({ event }) => event === 'resume')
  const ask = async (event: string, body: object): Promise<string> =>
    JSON.stringify(ok(await resumed.socket.request(event, body)))
  const askOverHttp = async (event: string, body: object): Promise<string> =>
    (await overHttp(url, event, { as: ann.id, body })).text()
  const reads = new Map<string, string>()
  for (const room of rooms) {
    const chat = { id: room }
    reads.set(`list-messages ${room}`, await ask('list-messages', { chat }))
    reads.set(`list-messages over HTTP ${room}`, await askOverHttp('list-messages', { chat }))
    reads.set(`list-members ${room}`, await ask('list-members', { chat }))
  }
  reads.set('search-messages', await ask('search-messages', { query: { text: word } }))
  reads.set('list-chats', await ask('list-chats', { user: { id: ann.id } }))
  reads.set('get-users', await ask('get-users', { users: [erased] }))
  reads.set('get-users over HTTP', await askOverHttp('get-users', { users: [erased] }))
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
  let full: FullChat
  let chat: Chat
  beforeAll(async () => {
    full = await startFullChat()
    chat = full.chat
  }, installMs)
  afterAll(() => full[Symbol.asyncDispose]())

  const allPlaces = async () =>
    new Map([
      ...(await storedPlaces(chat)),
      ['the logs of the relays', full.relayLogs()],
      ['the blob store', full.blobs()],
      ['admin export', await full.admin('export')],
    ])

  const receiptOf = async (...args: readonly string[]): Promise<Receipt> => {
    const text = await chat.admin('erase-user', ...args)
    return JSON.parse(text.split('\n').find((line) => line.startsWith('{"user"')) ?? '') as Receipt
  }

  it('is in no table, key, log and answer, and in the topics only until the end of their retention', async () => {
    const { url = '' } = chat.gateways[0] ?? {}
    const word = `canary${randomUUID().slice(0, 8)}`
    await using ann = await personOn(url, freshName('ann'))
    const { eve, rooms, address } = await fillWithWord(url, ann, word, full.hasFiles)
    const plan = await receiptOf(eve.name, '--dry-run')
    const messages = full.hasFiles ? 7 : 6
    expect(plan).toMatchObject({ user: eve.id, dry_run: true, erased: { rooms: 3, memberships: 2, messages, profile: true } })
    const filled = ['app_user', 'event', 'message_text', 'message_term'].map((name) => `table ${name}`)
    const filledPlaces = [...filled, ...topics, 'admin export', ...(full.hasFiles ? ['the blob store'] : [])]
    const before = async () => placesWith([word], await allPlaces()).toSorted()
    await expect.poll(before, { timeout: 30_000, interval: 500 }).toEqual(filledPlaces.toSorted())

    const receipt = await receiptOf(eve.name)
    expect(receipt.erased).toEqual(plan.erased)
    for (const place of topics) {
      const named = receipt.remains.find((each) => each.place === place)
      expect(named?.until, place).toMatch(/^\d{4}-/)
    }
    await full.admin('sweep')
    const after = async () => new Map([...(await allPlaces()), ...(await readsOf(url, ann, word, eve.id, rooms))])
    // The search relay follows within seconds.
    await expect
      .poll(async () => placesWith([word], await after()).toSorted(), { timeout: 30_000, interval: 500 })
      .toEqual(topics)
    const places = await after()
    expect(places.get('table relay_dead_letter')).not.toBe('')
    if (address !== undefined) expect((await fetch(address)).status).toBe(404)
    expect(places.get('resume')).toContain('"event":"erase"')
    for (const room of rooms) expect(places.get(`list-messages ${room}`)).toContain('"deleted":true')
    const [live] = await Promise.all([ann.socket.seen('the erasure', ({ event }) => event === 'erase')])
    expect(live.body).toMatchObject({ user: eve.id })
    await eve[Symbol.asyncDispose]()
  })

  it('can do nothing, is disconnected for good, and returns as a new user with nothing of the old one', async () => {
    const { url = '' } = chat.gateways[0] ?? {}
    await using ann = await personOn(url, freshName('ann'))
    await using eve = await personOn(url, freshName('eve'))
    const { room } = await ann.createChat('room', [eve.id])
    await eve.say(room, 'hi')
    await chat.admin('erase-user', eve.name)
    const codeOf = async (event: string, body: object, more: object = {}): Promise<string> => {
      const answer = await overHttp(url, event, { as: eve.id, body, ...more })
      return ((await answer.json()) as { error: { code: string } }).error.code
    }
    expect(await codeOf('new-message', { msg: 'late', type: 'text' }, { room })).toBe('forbidden')
    expect(await codeOf('create-chat', { chat: { name: 'late' }, users: [eve.id] })).toBe('unknown_user')
    expect(await codeOf('update-user', { user: { name: 'late' } })).toBe('unknown_user')
    expect((await ann.socket.request('add-users', { users: [eve.id] }, { room })).error?.code).toBe('unknown_user')
    expect((await eve.socket.closed).code).toBe(closeCodes.erased.code)
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
      expect((await overHttp(url, event, { as: ann.id, room, body })).status).toBe(404)
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
