import { randomUUIDv7 } from 'node:crypto'
import pg from 'pg'
import { roles } from '../../../shared/domain/roles.ts'
import type { Chat } from '../../support/stack/start-chat.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import type { Reader } from '../harness/timed-requests.ts'
import { openReader, paging } from '../harness/timed-requests.ts'
import type { PageTimes } from './page-times.ts'
import { pageReport, timePages } from './page-times.ts'

const limit = 200

/** One member in 10 is muted, one in 100 is a moderator. */
const [perMuted, perModerator] = [10, 100]

interface Sizes {
  /** Members besides the owner, who reads. */
  readonly members: number
  readonly banned: number
  readonly calls: number
}

/** A room with the rows that writers would have inserted; its members joined in groups of 100. */
const fillRoom = async (client: pg.Client, room: string, owner: string, { members, banned }: Sizes): Promise<void> => {
  const statements = [
    `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
     values ('${room}', 'bench', '${owner}', ${members}, now(), ${members + 1}, now(), now())`,
    `insert into chat_member (chat_id, user_id, since_seq) values ('${room}', '${owner}', 0)`,
    `insert into chat_member (chat_id, user_id, since_seq, role, lowered_role, lowered_until)
     select '${room}', gen_random_uuid(), n / 100, case when n % ${perModerator} = 1 then ${roles.moderator} end,
       case when n % ${perMuted} = 0 then ${roles.reader} end, case when n % ${perMuted} = 0 then timestamptz '2999-01-01 00:00:00Z' end
     from generate_series(0, ${members - 1}) as n`,
    `insert into chat_member (chat_id, user_id, since_seq, until_seq, role)
     select '${room}', gen_random_uuid(), n / 100, ${members}, 0 from generate_series(0, ${banned - 1}) as n`,
    'vacuum analyze',
    'checkpoint',
  ]
  for (const statement of statements) await client.query(statement)
}

/** Each list with the number of its entries. */
const listsOf = ({ members, banned }: Sizes): readonly (readonly [what: string, query: object, entries: number])[] => {
  const [muted, moderators] = [members / perMuted, members / perModerator]
  return [
    ['all', {}, members + 1],
    ['role: member', { role: 'member' }, members - muted - moderators],
    ['role: reader, one in ten', { role: 'reader' }, muted],
    ['role: moderator, one in a hundred', { role: 'moderator' }, moderators],
    ['role: admin, nobody', { role: 'admin' }, 0],
    [`banned, ${banned}`, { banned: true }, banned],
  ]
}

/** Number of entries on all pages of a list. */
const entriesOf = async ({ request }: Reader, room: string, list: object): Promise<number> => {
  let [count, cursor]: [number, unknown] = [0, undefined]
  do {
    const page = await request('list-members', { chat: { id: room }, query: { ...list, limit, cursor } })
    count += (page.members as readonly unknown[]).length
    cursor = page.next_cursor
  } while (cursor !== undefined)
  return count
}

const measure = async (context: BenchContext, chat: Chat, sizes: Sizes, problems: string[]): Promise<readonly PageTimes[]> => {
  using reader = await openReader(chat.gateways[0]?.url ?? '', 'reader-of-members')
  const room = randomUUIDv7()
  const client = new pg.Client({ connectionString: chat.databaseUrl })
  await client.connect()
  await fillRoom(client, room, reader.user, sizes).finally(() => client.end())
  const times: PageTimes[] = []
  for (const [what, list, entries] of listsOf(sizes)) {
    const found = await entriesOf(reader, room, list)
    if (found !== entries) problems.push(`${what}: the pages have ${found} entries instead of ${entries}`)
    const read = paging((query) => reader.request('list-members', { chat: { id: room }, query: { ...list, ...query, limit } }))
    times.push(await timePages(context, what, sizes.calls, read))
  }
  return times
}

/** B17: pages of the members of a large room. */
export const memberListsBench: Bench = {
  id: 'B17',
  title: 'pages of the members of a large room',
  run: async (context): Promise<BenchReport> => {
    const sizes = context.isShort ? { members: 500, banned: 300, calls: 5 } : { members: 10_000, banned: 1_000, calls: 1_000 }
    await using chat = await startChat(await context.stack(), { gateways: 1, writers: 1, env: { LOG_LEVEL: 'warn' } })
    const problems: string[] = []
    const times = await measure(context, chat, sizes, problems)
    return pageReport(context, `B17 list-members of ${sizes.members},`, times, problems)
  },
}
