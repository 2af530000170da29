/**
 * Measures the statements that write read markers and count unread messages.
 * Starts a Postgres of its own: `npm run show:markers`.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { install } from '../../infra/native/install.ts'
import { startPostgres } from '../../infra/native/postgres.ts'
import { migrate } from '../../infra/postgres/admin/migrate.ts'
import { openDatabase } from '../../infra/postgres/database.ts'
import { defaultBounds } from '../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../shared/runtime/config/times.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { cpuOf } from './harness/cpu.ts'
import { silentLog } from './harness/writer-alone.ts'

const members = 10_000
const looking = 500
const chats = 500
const messagesPerChat = 200
/** Users of one statement of a reconnect storm. */
const storm = 250

const print = (row: Readonly<Record<string, number | string>>): void =>
  void process.stdout.write(
    `${Object.entries(row)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}\n`,
  )

const tools = await install()
const folder = makeScratchFolder('markers')
const server = await startPostgres({ tools, folder: join(folder, 'postgres') })
const client = new pg.Client({ connectionString: server.url })

/** A chat of these users with messages, written directly. */
const fillChat = async (room: string, users: readonly string[], messages: number): Promise<void> => {
  const [creator] = users
  await client.query(
    `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
     values ($1, 'chat', $2, $3, now(), $4, now(), now())`,
    [room, creator, messages + 1, users.length],
  )
  await client.query('insert into chat_member select $1, u, 0, null from unnest($2::uuid[]) u', [room, users])
  await client.query(
    `insert into message (chat_id, seq, id, created_at, user_id, type, n)
     select $1, n + 1, gen_random_uuid(), now(), $2, 'text', n from generate_series(1, $3) n`,
    [room, creator, messages],
  )
}

/** The time, the CPU of the server and the bytes of its log by which `rounds` calls differ, for each item. */
const measure = async (what: string, rounds: number, items: number, call: (round: number) => Promise<unknown>): Promise<void> => {
  const lsn = async (): Promise<bigint> => {
    const { rows } = await client.query<{ bytes: string }>(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as bytes`)
    return BigInt(rows[0]?.bytes ?? 0)
  }
  const parts = { server: [server.pid ?? 0] }
  const [cpuBefore, walBefore, startedMs] = [cpuOf(parts), await lsn(), performance.now()]
  for (let round = 0; round < rounds; round += 1) await call(round)
  const elapsedMs = performance.now() - startedMs
  const [cpu, wal] = [cpuOf(parts), await lsn()]
  print({
    [what]: '',
    'items per statement': items,
    'ms per statement': (elapsedMs / rounds).toFixed(1),
    'items/s': Math.round((rounds * items * 1_000) / elapsedMs),
    'server CPU µs per item': ((cpu.server - cpuBefore.server) / rounds / items).toFixed(1),
    'WAL bytes per item': (Number(wal - walBefore) / rounds / items).toFixed(0),
  })
}

try {
  await migrate(server.url, silentLog)
  await client.connect()
  const database = await openDatabase({
    url: server.url,
    applicationName: 'show-markers',
    times: defaultTimes,
    bounds: defaultBounds,
    log: silentLog,
  })
  const { memberStates, readModel } = database
  const users = Array.from({ length: members }, () => randomUUID())
  const large = randomUUID()
  await fillChat(large, users, 1_000)
  const rooms = Array.from({ length: chats }, () => randomUUID())
  for (const room of rooms) await fillChat(room, users.slice(0, storm), messagesPerChat)
  await client.query('vacuum analyze')
  const [reader = ''] = users
  const lookers = users.slice(0, looking)

  const mark = (round: number) =>
    memberStates.mark(lookers.map((user) => ({ room: large, user, read: { gen: 0, seq: round + 2 } })))
  await mark(0)
  await measure('500 of 10,000 members mark one room', 60, looking, (round) => mark(round + 1))
  await measure('the same markers again', 60, looking, () => mark(60))
  const posters = users.slice(looking, 2 * looking)
  const post = (round: number, withoutResult: boolean) =>
    memberStates.mark(posters.map((user) => ({ room: large, user, posted: round + 2, withoutResult })))
  await post(0, true)
  await measure('500 own messages raise the markers of their senders', 60, looking, (round) => post(round + 1, true))
  await measure('the same with a result, which has the unread messages', 60, looking, (round) => post(round + 61, false))
  const list = () => readModel.chatsOf({ user: reader, limit: 200 })
  await measure('list-chats of a user with 500 chats, nothing marked', 30, 1, list)
  await memberStates.mark(rooms.map((room) => ({ room, user: reader, read: { gen: 0, seq: 100 } })))
  await measure('list-chats of a user with 500 chats, each half read', 30, 1, list)
  await memberStates.mark(rooms.map((room) => ({ room, user: reader, read: { gen: 0, seq: 1_000 } })))
  await measure('list-chats of a user with 500 chats, all read', 30, 1, list)
  const few = users.slice(0, storm)
  await measure('memberships of 250 users with 500 chats', 3, storm, () => readModel.memberships(few, 500))
  await measure('the same with unread messages', 3, storm, () => readModel.unreadMemberships(few, 500))
  // In parts, as a gateway does.
  for (const room of rooms) await memberStates.mark(few.map((user) => ({ room, user, read: { gen: 0, seq: 1_000 } })))
  await measure('the same, all read', 3, storm, () => readModel.unreadMemberships(few, 500))
  await database.close()
} finally {
  await client.end()
  await server.stop()
  removeScratchFolder(folder)
}
