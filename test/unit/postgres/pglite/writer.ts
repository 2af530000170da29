/** A program for `folder.test.ts`: appends to a room until it is killed, and prints each stored seq. */
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
