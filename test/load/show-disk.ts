/** Puts messages through the real stack, and prints the bytes that each of them takes on the disks of Kafka and Postgres. */
import { globSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createLoad } from '../support/load/load.ts'
import { nowMs } from '../support/load/load-context.ts'
import { freshTag } from '../support/load/run-ids.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'

const perSecond = 200
const messages = Number(process.argv[2] ?? 20_000)

await using stack = await startStack()
await using chat = await startChat(stack)
const database = new pg.Client({ connectionString: chat.databaseUrl })
await database.connect()

const topicBytes = (topic: string): number =>
  globSync(join(tmpdir(), `chat-*/**/${chat.namespace}.chat.${topic}-*/*.log`)).reduce(
    (sum, file) => sum + statSync(file).size,
    0,
  )

const databaseBytes = async (): Promise<number> => {
  const { rows } = await database.query<{ readonly size: string }>('select pg_database_size(current_database()) as size')
  return Number(rows[0]?.size)
}

const walBytes = async (): Promise<number> => {
  const { rows } = await database.query<{ readonly lsn: string }>("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as lsn")
  return Number(rows[0]?.lsn)
}

const sizes = async () => ({
  'chat.commands (Kafka, one replica)': topicBytes('commands'),
  'chat.events (Kafka, one replica)': topicBytes('events'),
  'tables and indexes (Postgres, one instance)': await databaseBytes(),
  'write-ahead log (Postgres, before compression)': await walBytes(),
})

const shape = { seed: 1, users: 30, rooms: 10, roomSize: '4-10', messageSize: '100' }
const load = createLoad({ urls: chat.gateways.map(({ url }) => url), tag: freshTag(), startMs: nowMs(), ...shape })
try {
  await load.createRooms(await load.connect())
  const before = await sizes()
  await load.sendMessages(perSecond, messages).done
  await load.settled(60_000)
  const after = await sizes()
  process.stdout.write(`${messages} messages of 100 characters, ${perSecond} a second; bytes per message:\n`)
  for (const [name, bytes] of Object.entries(after)) {
    const each = (bytes - before[name as keyof typeof before]) / messages
    process.stdout.write(`  ${name.padEnd(48)} ${Math.round(each)}\n`)
  }
} finally {
  load.stop()
  await database.end()
}
