/** Measures the database time of users with many chats and their effect on other users; prints table rows: `npm run show:heavy-users`. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { install } from '../../infra/native/install.ts'
import { startPostgres } from '../../infra/native/postgres.ts'
import { migrate } from '../../infra/postgres/admin/migrate.ts'
import type { Database } from '../../infra/postgres/database.ts'
import { openDatabase } from '../../infra/postgres/database.ts'
import { createLookups } from '../../services/gateway/reads/lookups.ts'
import { defaultLimits } from '../../shared/protocol/limits.ts'
import { defaultBounds } from '../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../shared/runtime/config/times.ts'
import { withSession } from '../contract/postgres/session.ts'
import { reading } from '../contract/stored-chat.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'

const rounds = 20
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Creates chats of three members, one of them the user, with random times of activity. */
const giveChats = (url: string, user: string, chats: number): Promise<void> =>
  withSession(url, async (client) => {
    await client.query(
      `with made as (
        insert into chat select gen_random_uuid(), 'a chat', $1, 5, now() - random() * interval '30 days', 3, now(), now()
        from generate_series(1, $2) returning id
      )
      insert into chat_member select made.id, member.id, 0, null
      from made cross join lateral (values ($1::uuid), (gen_random_uuid()), (gen_random_uuid())) as member (id)`,
      [user, chats],
    )
  })

const percentile = (values: readonly number[], part: number): string =>
  (values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0).toFixed(1)

/** Repeats the work after one warm-up run; prints a row. */
const measure = async (what: string, work: () => Promise<number>): Promise<void> => {
  await work()
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) times.push(await work())
  process.stdout.write(`| ${what} | ${percentile(times, 0.5)} ms | ${percentile(times, 0.99)} ms |\n`)
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** Measures how long a user waits for its memberships if a user with many chats asks just before, in the same turn. */
const measureNeighbour = async ({ eventStore, readModel }: Database, ordinary: string, heavy?: string): Promise<number> => {
  const lookups = createLookups(eventStore, readModel, defaultBounds)
  const reads = heavy === undefined ? [] : [lookups.memberships(heavy), lookups.memberships(heavy)]
  const waited = await timed(() => lookups.memberships(ordinary))
  await Promise.all(reads)
  return waited
}

await using owned = new AsyncDisposableStack()
const folder = makeScratchFolder('heavy-users')
owned.defer(() => removeScratchFolder(folder))
const { url } = owned.use(await startPostgres({ tools: await install(), folder: join(folder, 'postgres') }))
await migrate(url, log)
const users = new Map([20, 5_000, 50_000].map((chats) => [chats, randomUUID()]))
for (const [chats, user] of users) await giveChats(url, user, chats)
await withSession(url, (client) => client.query('vacuum analyze'))
const database = await openDatabase({ url, applicationName: 'chat-heavy', times: defaultTimes, bounds: defaultBounds, log })
const ordinary = users.get(20) ?? ''

process.stdout.write('| what | p50 | p99 |\n| ---- | --- | --- |\n')
await measure('memberships of a user with 20 chats', () => measureNeighbour(database, ordinary))
for (const [chats, user] of users) {
  await measure(`the same, concurrent with a user with ${chats} chats`, () => measureNeighbour(database, ordinary, user))
  await measure(`memberships of a user with ${chats} chats`, () => timed(() => database.readModel.memberships([user])))
  await measure(`list-chats, 20 of ${chats} chats`, () => timed(() => database.readModel.chatsOf({ user, limit: 20 })))
}
const appender = await database.eventStore.openAppender()
const countUpTo = defaultLimits.chatsPerUser
const counting = (user: string) => reading({ chatCounts: { users: [user], upTo: countUpTo } })
for (const [chats, user] of users) {
  const count = () => appender.read(counting(user))
  await measure(`a command that adds a user with ${chats} chats: counting them up to ${countUpTo}`, () => timed(count))
}
await appender.close()
await database.close()
