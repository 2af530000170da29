import { join } from 'node:path'
import pg from 'pg'
import { startTaskProcess } from '../../load/task-process/task-process.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import type { BenchStack } from '../harness/bench-stack.ts'
import { messageChars } from '../harness/chat-under-load.ts'
import type { Parts } from '../harness/cpu.ts'
import type { LoadOptions, LoadProcess } from '../load/start-load.ts'
import { startLoad } from '../load/start-load.ts'
import type { SocketIoTask } from './socket-io-server.ts'

export interface SocketIoUnderLoad extends AsyncDisposable {
  readonly load: LoadProcess
  readonly parts: Parts
  problems(): Promise<readonly string[]>
}

const entry = join(import.meta.dirname, 'socket-io-server.ts')

const table = `create table bench_message (
  seq bigint generated always as identity primary key, room uuid not null, id uuid not null unique,
  user_id text not null, msg text not null, type text not null, created_at timestamptz not null)`

const createTable = async (databaseUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(table)
  await client.query('create index on bench_message (room, seq)')
  await client.end()
}

/** Starts two Socket.IO servers on the same Postgres and Redis, with the same load. */
export const startSocketIoUnderLoad = async (
  stack: BenchStack,
  size: Pick<LoadOptions, 'users' | 'rooms' | 'roomSize' | 'otherChecks'>,
): Promise<SocketIoUnderLoad> => {
  await using owned = new AsyncDisposableStack()
  const databaseUrl = await stack.createDatabase()
  await createTable(databaseUrl)
  const { redisUrl } = stack.urls()
  const servers = [0, 1].map(() => owned.use(startTaskProcess<SocketIoTask>(entry)))
  const task = { do: 'listen', databaseUrl, redisUrl } as const
  const ports = await Promise.all(servers.map((server) => server.execute<{ readonly port: number }>(task)))
  const load = owned.use(startLoad())
  const urls = ports.map(({ port }) => `ws://127.0.0.1:${port}`)
  await load.open('socket.io', { ...size, urls, messageChars, byteCheckers: 20, tag: freshTag(), seed: 1 })
  const kept = owned.move()
  return {
    load,
    parts: { servers: servers.map(({ pid }) => pid), ...stack.parts, kafka: [] },
    problems: async () => (await load.report()).problems,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
