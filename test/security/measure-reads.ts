/**
 * Measures how long binds of other users take while one account reads as much as its limits allow on three sockets:
 * `npm run show:reads`. One gateway and one writer with default settings, on Kafka, Redis and Postgres of its own.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'
import { guardedEnv, requesterAs } from './guarded-chat.ts'
import { fillHeavyAccount } from './heavy-account.ts'
import type { HeavyReaderData, Kind } from './heavy-reader.ts'

const forMs = 10_000
const bindEveryMs = 100

const { AUTH, JWT_SECRET, JWT_AUDIENCE, JWT_ISSUER, TRUSTED_PROXIES } = guardedEnv
const env = { AUTH, JWT_SECRET, JWT_AUDIENCE, JWT_ISSUER, TRUSTED_PROXIES }

/** Binds a new user's socket again and again; how long each bind took, or that it failed. */
const measureBinds = async (url: string) => {
  const waits: number[] = []
  let failed = 0
  const bindOnce = async (subject: string): Promise<void> => {
    const socket = await requesterAs(url, subject)
    const startedAt = performance.now()
    const answer = await Promise.race([socket.request('create-user', {}), sleep(10_000)])
    if (answer?.includes('"error"') ?? true) failed += 1
    else waits.push(performance.now() - startedAt)
    socket[Symbol.dispose]()
  }
  const binds: Promise<void>[] = []
  for (let ms = 0; ms < forMs; ms += bindEveryMs) {
    binds.push(bindOnce(`bystander ${ms % 2_000}`))
    await sleep(bindEveryMs)
  }
  await Promise.all(binds)
  waits.sort((one, other) => one - other)
  const at = (part: number): number => waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? Number.NaN
  return { binds: waits.length, failed, p50: at(0.5), p99: at(0.99) }
}

/** The most connections of the gateway on which a statement of a list ran at the same moment. */
const watchConnections = async (databaseUrl: string, isOver: () => boolean): Promise<number> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  let most = 0
  while (!isOver()) {
    const { rows } = await client.query<{ running: string }>(`select count(*) as running from pg_stat_activity
      where state = 'active' and datname = current_database() and pid <> pg_backend_pid()`)
    most = Math.max(most, Number(rows[0]?.running))
    await sleep(20)
  }
  await client.end()
  return most
}

await using stack = await startStack()
await using chat = await startChat(stack, { gateways: 1, writers: 1, env })
const url = chat.gateways[0]?.url ?? ''
const first = await requesterAs(url, 'heavy')
const { user } = (JSON.parse(await first.request('create-user', {})) as { body: { user: { id: string } } }).body
first[Symbol.dispose]()
const account = { id: user.id, ...(await fillHeavyAccount(chat.databaseUrl, user.id)) }

const row = (what: string, { binds, failed, p50, p99 }: Awaited<ReturnType<typeof measureBinds>>, connections: number): void =>
  void process.stdout.write(`| ${what} | ${binds} | ${failed} | ${p50.toFixed(0)} ms | ${p99.toFixed(0)} ms | ${connections} |\n`)

const measure = async (what: string, act: () => Promise<unknown>): Promise<void> => {
  let isEnded = false
  const acting = act()
  const watching = watchConnections(chat.databaseUrl, () => isEnded)
  const measured = await measureBinds(url)
  isEnded = true
  row(what, measured, await watching)
  const answered = await acting
  if (answered !== undefined) process.stdout.write(`  answered: ${JSON.stringify(answered)}\n`)
}

process.stdout.write(
  '| one account, on three sockets | binds | failed | p50 | p99 | most connections busy |\n| --- | --- | --- | --- | --- | --- |\n',
)
await measure('nothing', async () => undefined)
const attackWith = async (...kinds: readonly Kind[]): Promise<unknown> => {
  const workerData: HeavyReaderData = { url, account, kinds, forMs }
  const worker = new Worker(new URL('./heavy-reader.ts', import.meta.url), { workerData })
  const [answered] = await once(worker, 'message')
  await worker.terminate()
  return answered
}
await measure('get-users with 1,000 ids', () => attackWith('get-users'))
await measure('list-chats and list-messages, 200 each', () => attackWith('list-chats', 'list-messages'))
await measure('resumes of 50 rooms, 40 MB each', () => attackWith('resume'))
await measure('all of them', () => attackWith('get-users', 'list-chats', 'list-messages', 'resume'))
