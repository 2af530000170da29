/** A program for `pglite-folder.test.ts`: writes into a room until it is killed, and tells each seq that is stored. */
import { randomUUID } from 'node:crypto'
import { openEmbedded } from '../../../contract/postgres/open-pglite.ts'
import { append, chatCreated, messagePosted } from '../../../contract/stored-chat.ts'

const [folder = '', room = ''] = process.argv.slice(2)
const { store, embedded } = await openEmbedded(folder)
const user = randomUUID()
process.stdout.write(`child ${embedded.pid}\n`)
await append(store, chatCreated(room, [user]))
for (let seq = 2; ; seq += 1) {
  await append(store, messagePosted(room, seq, user))
  process.stdout.write(`stored ${seq}\n`)
}
