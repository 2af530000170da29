/**
 * Measures the CPU time of a writer that decides and stores batches of messages,
 * and the wait of a batch beside a partition full of the largest commands. Starts a
 * Postgres of its own: `npm run show:append`.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { install } from '../../infra/native/install.ts'
import { startPostgres } from '../../infra/native/postgres.ts'
import { migrate } from '../../infra/postgres/admin/migrate.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { cpuOf } from './harness/cpu.ts'
import { chat, message, person } from './harness/made-commands.ts'
import type { WriterAlone } from './harness/writer-alone.ts'
import { openWriterAlone, silentLog } from './harness/writer-alone.ts'

let statements = 0
const query: (...args: readonly unknown[]) => unknown = pg.Client.prototype.query
pg.Client.prototype.query = function counted(this: pg.Client, ...args: readonly unknown[]) {
  statements += 1
  return query.apply(this, [...args])
} as typeof pg.Client.prototype.query

type Store = WriterAlone['store']
type Row = Readonly<Record<string, number>>

const print = (row: Row): void => {
  const cells = Object.entries(row).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`${cells.join(', ')}\n`)
}

const measure = async (store: Store, serverPid: number, rooms: readonly string[], user: string, size: number): Promise<Row> => {
  const batches = size === 1 ? 2_000 : 400
  const batchOf = (turn: number) =>
    Array.from({ length: size }, (_, n) => message(rooms[(turn * size + n) % rooms.length] ?? '', user))
  for (let turn = 0; turn < batches / 4; turn += 1) await store(batchOf(turn))
  statements = 0
  const parts = { client: [process.pid], server: [serverPid] }
  const [cpuBefore, startedMs] = [cpuOf(parts), performance.now()]
  for (let turn = 0; turn < batches; turn += 1) await store(batchOf(turn))
  const [cpu, elapsedMs] = [cpuOf(parts), performance.now() - startedMs]
  return {
    batch: size,
    'statements per batch': statements / batches,
    'µs per batch': Math.round((elapsedMs * 1_000) / batches),
    'client CPU µs': Math.round((cpu.client - cpuBefore.client) / batches),
    'server CPU µs': Math.round((cpu.server - cpuBefore.server) / batches),
  }
}

/** Messages of one partition beside a burst in another: 500 commands that create chats of 1,000 users. */
const besideBurst = async (store: Store, room: string, user: string, users: readonly string[]): Promise<Row> => {
  const burst = Array.from({ length: 500 }, () => chat(randomUUID(), user, users))
  const startedMs = performance.now()
  let isOver = false
  const bursting = store(burst, 1).finally(() => {
    isOver = true
  })
  const waits: number[] = []
  while (!isOver) {
    const sentMs = performance.now()
    await store([message(room, user)], 2)
    waits.push(performance.now() - sentMs)
    await sleep(20)
  }
  await bursting
  const sorted = waits.toSorted((a, b) => a - b)
  return {
    'burst s': Number(((performance.now() - startedMs) / 1_000).toFixed(1)),
    'small batches': waits.length,
    'p50 ms': Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    'longest ms': Math.round(sorted.at(-1) ?? 0),
  }
}

const tools = await install()
const folder = makeScratchFolder('append')
const server = await startPostgres({ tools, folder: join(folder, 'postgres') })
try {
  await migrate(server.url, silentLog)
  const { store, close } = await openWriterAlone(server.url)
  const users = Array.from({ length: 1_000 }, () => randomUUID())
  const [user = ''] = users
  const rooms = Array.from({ length: 50 }, () => randomUUID())
  for (let start = 0; start < users.length; start += 250) await store(users.slice(start, start + 250).map(person))
  await store(rooms.map((room) => chat(room, user, users.slice(0, 10))))
  const serverPid = server.pid ?? 0
  for (const size of [1, 50]) print(await measure(store, serverPid, rooms, user, size))
  print(await besideBurst(store, rooms[0] ?? '', user, users))
  await close()
} finally {
  await server.stop()
  removeScratchFolder(folder)
}
