import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../shared/client/connect.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'

interface Found {
  readonly msg: string
  readonly room: string
}

const search = async ({ socket }: Person, query: object): Promise<readonly Found[]> => {
  const { body, error } = await socket.request('search-messages', { query })
  if (error !== undefined) throw new Error(error.message)
  return body?.messages as readonly Found[]
}

const textsOf = async (person: Person, text: string): Promise<readonly string[]> =>
  (await search(person, { text })).map(({ msg }) => msg)

const untilFound = (person: Person, text: string, msg: string, withinMs: number): Promise<true> =>
  until(`"${text}" finds "${msg}"`, async () => (await textsOf(person, text)).includes(msg), { withinMs })

describe('search-messages of an embedded chat', () => {
  let chat: EmbeddedChat
  beforeAll(async () => {
    chat = await startEmbedded()
  }, 120_000)
  afterAll(() => chat?.[Symbol.asyncDispose]())

  const twoPeople = async (): Promise<{ ann: Person; bob: Person; room: string }> => {
    const [ann, bob] = [await personOn(chat.url, freshName('ann')), await personOn(chat.url, freshName('bob'))]
    const { room } = await ann.createChat('Lunch', [bob.id])
    return { ann, bob, room }
  }

  it('finds a message in any script within two seconds after it was stored', async () => {
    const { ann, bob, room } = await twoPeople()
    for (const [msg, text] of [
      ['Crème brûlée', 'creme'],
      ['Завтра ёлка', 'елка'],
      ['明天去北京大学', '北京'],
      ['قَرَأْتُ كِتَابًا', 'كتابا'],
    ] as const) {
      await ann.say(room, msg)
      await untilFound(bob, text, msg, 2_000)
    }
  })

  it('never finds an edited or deleted message by its former text after the confirmation', async () => {
    const { ann, bob, room } = await twoPeople()
    for (let round = 0; round < 10; round += 1) {
      const [edited, deleted, canary] = [randomUUID(), randomUUID(), `canary${round}`]
      await ann.say(room, `${canary} one`, edited)
      await ann.say(room, `${canary} two`, deleted)
      // Half of the rounds change the messages before they are indexed.
      if (round % 2 === 0) await untilFound(bob, canary, `${canary} two`, 2_000)
      await ann.socket.request('edit-message', { message: edited, msg: 'no bird' }, { room })
      await ann.socket.request('delete-message', { message: deleted }, { room })
      for (let reads = 0; reads < 5; reads += 1) expect(await textsOf(bob, canary)).toEqual([])
    }
    await untilFound(bob, 'bird', 'no bird', 2_000)
  })

  it('finds nothing for a stranger, and nothing for a member from its removal on', async () => {
    const { ann, bob, room } = await twoPeople()
    await using eve = await personOn(chat.url, freshName('eve'))
    await ann.say(room, 'the passphrase is swordfish')
    await untilFound(bob, 'swordfish', 'the passphrase is swordfish', 2_000)
    expect(await search(eve, { text: 'swordfish', chats: [room] })).toEqual([])
    await ann.removeUsers(room, [bob.id])
    expect(await search(bob, { text: 'swordfish', chats: [room] })).toEqual([])
    expect(await textsOf(ann, 'swordfish')).toHaveLength(1)
  })

  it('is a request of the HTTP API', async () => {
    const { ann, room } = await twoPeople()
    await ann.say(room, 'over plain HTTP')
    await untilFound(ann, 'plain', 'over plain HTTP', 2_000)
    const url = chat.url.replace(/^ws/, 'http').replace(/\/ws$/, '/api/v1/search-messages')
    const body = JSON.stringify({ as: ann.id, body: { query: { text: 'PLAIN http' } } })
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      event: 'search-messages',
      body: {
        messages: [
          {
            room,
            msg: 'over plain HTTP',
            matches: [
              [5, 10],
              [11, 15],
            ],
          },
        ],
      },
    })
  })

  it('is read page by page by the client', async () => {
    const client = connect(chat.url, { user: { externalUserId: freshName('cat') } })
    const me = await client.ready()
    const { id } = await client.createChat({ name: 'Notes', users: [me.id] })
    for (let count = 0; count < 5; count += 1) await client.send(id, `note number ${count}`)
    const found = async (): Promise<readonly string[]> => {
      const texts: string[] = []
      for await (const { msg, room } of client.search('note', { pageSize: 2, chats: [id], user: me.id })) {
        expect(room).toBe(id)
        texts.push(msg)
      }
      return texts
    }
    await until('all notes are found', async () => (await found()).length === 5, { withinMs: 2_000 })
    expect(await found()).toEqual([4, 3, 2, 1, 0].map((count) => `note number ${count}`))
    expect(client.features).toContain('search-messages')
    client.close()
  })
})

describe('an embedded chat whose search is turned on later', () => {
  it('refuses searches before, and then finds messages that were stored before, as they are now', {
    timeout: 240_000,
  }, async () => {
    const path = makeScratchFolder('data')
    const name = freshName('ann')
    try {
      {
        await using chat = await startEmbedded({ DATA_DIR: path, SEARCH: 'off' })
        await using ann = await personOn(chat.url, name)
        const { room } = await ann.createChat('Old', [])
        const ids = Array.from({ length: 150 }, () => randomUUID())
        for (const [index, id] of ids.entries()) await ann.say(room, `relic ${index}`, id)
        await ann.socket.request('edit-message', { message: ids[0], msg: 'restored' }, { room })
        await ann.socket.request('delete-message', { message: ids[1] }, { room })
        const { error } = await ann.socket.request('search-messages', { query: { text: 'relic' } })
        expect(error).toMatchObject({ code: 'unknown_event', message: 'event: this service has no search index' })
      }
      await using chat = await startEmbedded({ DATA_DIR: path })
      await using ann = await personOn(chat.url, name)
      const relics = async (): Promise<readonly Found[]> => search(ann, { text: 'relic', limit: 200 })
      await until('all old messages are found', async () => (await relics()).length === 148, { withinMs: 20_000 })
      expect(await textsOf(ann, 'restored')).toEqual(['restored'])
    } finally {
      removeScratchFolder(path)
    }
  })
})
