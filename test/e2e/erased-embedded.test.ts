import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withStoppedChat } from '../../infra/postgres/pglite/with-stopped-chat.ts'
import { dump, withSession } from '../contract/postgres/session.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { recordingLog } from '../support/recording-log.ts'
import type { Replica } from '../support/stack/replica.ts'
import { startService } from '../support/stack/replica.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { folderText } from './full-chat.ts'
import { fillWithWord } from './person-with-word.ts'

/** Every table of a stopped chat, and its files, as text. */
const placesOf = async (dataDir: string): Promise<ReadonlyMap<string, string>> => {
  const places = new Map([['files', folderText(join(dataDir, 'files'))]])
  await withStoppedChat(dataDir, recordingLog(), async (url) => {
    const names = await withSession(url, async (client) => {
      const { rows } = await client.query<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'public'`)
      return rows.map(({ name }) => name)
    })
    const dumped = await dump(url, names)
    for (const name of names) places.set(`table ${name}`, (dumped[name] ?? []).join('\n'))
  })
  return places
}

const placesWith = (word: string, places: ReadonlyMap<string, string>): readonly string[] =>
  [...places].filter(([, text]) => text.includes(word)).map(([place]) => place)

it('An embedded chat that starts with --erase-user erases the user before it accepts connections, and prints a receipt', {
  timeout: 240_000,
}, async () => {
  const dataDir = makeScratchFolder('erased')
  await using owned = new AsyncDisposableStack()
  owned.defer(async () => removeScratchFolder(dataDir))
  const start = async (...args: readonly string[]): Promise<Replica> => {
    const env = { HOST: '127.0.0.1', WEB_PAGE: 'off', DATA_DIR: dataDir }
    return startService('embedded', { entry: 'services/embedded/main.ts', readyWithinMs: 110_000, env, args })
  }
  const word = `canary${randomUUID().slice(0, 8)}`
  const first = owned.use(await start())
  const ann = owned.use(await personOn(first.url, freshName('ann')))
  const { eve, rooms } = await fillWithWord(first.url, ann, word, true)
  owned.use(eve)
  await until('the messages to be indexed', async () => {
    const { body } = await ann.socket.request('search-messages', { query: { text: word } })
    return ((body?.messages ?? []) as readonly object[]).length > 0
  })
  await first.stop()
  const filled = ['app_user', 'event', 'message_text', 'message_term'].map((name) => `table ${name}`)
  expect(placesWith(word, await placesOf(dataDir)).toSorted()).toEqual([...filled, 'files'].toSorted())

  const second = owned.use(await start(`--erase-user=${eve.name}`))
  const receipt = second.log(1_000).find((line) => line.startsWith('{"user"')) ?? ''
  expect(JSON.parse(receipt)).toMatchObject({ user: eve.id, erased: { rooms: 3, messages: 7, profile: true } })
  const again = owned.use(await personOn(second.url, ann.name))
  for (const room of rooms) expect(JSON.stringify(await again.history(room))).not.toContain(word)
  await until('the file to be removed', () => !folderText(join(dataDir, 'files')).includes(word), { withinMs: 20_000 })
  await second.stop()
  expect(placesWith(word, await placesOf(dataDir))).toEqual([])
  expect(second.log(1_000).join('\n')).not.toContain(word)
})
