import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Chat } from '../../support/stack/start-chat.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import type { Answer, Reader } from '../harness/timed-requests.ts'
import { openReader } from '../harness/timed-requests.ts'
import type { PageTimes } from './page-times.ts'
import { pageReport, timePages } from './page-times.ts'

const aimMs = 100
const limit = 50
const wordsPerMessage = 10

const [firstMs, apartMs] = [Date.parse('2026-01-01T00:00:00Z'), 30_000]

/** The time of the message with this number. */
const instant = (message: number): string => new Date(firstMs + message * apartMs).toISOString()

interface Sizes {
  readonly chats: number
  readonly messages: number
  /** Different words; the word of rank n is about n times as rare as the first, as in natural language. */
  readonly words: number
  readonly calls: number
}

/**
 * The chats of one user, with the rows that writers and a relay would have inserted. Messages are spread over the chats by
 * their sizes, of which the largest is a thousand times the smallest.
 */
const fillStatements = (user: string, author: string, { chats, messages, words }: Sizes): readonly string[] => [
  `create table bench_chat as select n, gen_random_uuid() as id from generate_series(0, ${chats - 1}) as n`,
  `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
   select id, 'bench', '${author}', ${messages}, now(), 2, now(), now() from bench_chat`,
  `insert into chat_member (chat_id, user_id, since_seq)
   select id, member, 0 from bench_chat, unnest(array['${user}', '${author}']::uuid[]) as member`,
  `create table bench_message as
   select bench_chat.id as chat_id, drawn.n + 2 as seq, gen_random_uuid() as id,
     timestamptz '${instant(0)}' + drawn.n * interval '30 seconds' as created_at, drawn.words
   from (
     select n, floor(${chats} * power(random(), 2))::int as chat, (
       select array_agg('w' || floor(power(${words}, random()))::int) from generate_series(1, ${wordsPerMessage}) where n >= 0
     ) as words
     from generate_series(0, ${messages - 1}) as n
   ) as drawn join bench_chat on bench_chat.n = drawn.chat`,
  `insert into message (chat_id, seq, id, created_at, user_id, type)
   select chat_id, seq, id, created_at, '${author}', 'text' from bench_message`,
  `insert into event (stream, seq, v, kind, type, data, command_id, digest, name)
   select chat_id, seq, 1, 'chat', 'MessagePosted', json_build_object('id', id, 'msg', array_to_string(words, ' '), 'type', 'text',
     'user_id', '${author}', 'created_at', '2026-01-01T00:00:00.000Z', 'modified_at', '2026-01-01T00:00:00.000Z')::text,
     id, 'digest', 'new-message' from bench_message`,
  `insert into message_text (chat_id, seq, version, created_at, terms)
   select chat_id, seq, seq, created_at, array(select distinct unnest(words || '@${author}'::text)) from bench_message`,
  `insert into message_term (chat_id, term, created_at, seq)
   select chat_id, term, created_at, seq from message_text, unnest(terms) as term order by 1, 2, 3, 4`,
  'drop table bench_message, bench_chat',
  'vacuum analyze',
  'checkpoint',
]

const fill = async (context: BenchContext, url: string, statements: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  const { rows } = await client.query<{ table: string; size: string }>(
    `select relname as table, pg_size_pretty(pg_total_relation_size(oid)) as size from pg_class
     where relname in ('event', 'message', 'message_text', 'message_term') order by relname`,
  )
  context.say(`  ${rows.map(({ table, size }) => `${table} ${size}`).join(', ')}`)
  await client.end()
}

/** Each kind of search, as the query of a call. */
const searches = ({ words, messages }: Sizes): readonly (readonly [what: string, query: (call: number) => object])[] => {
  const word = (part: number) => (call: number) => `w${Math.floor(words * part) + (call % 20)}`
  const [rare, middling, common] = [word(0.5), word(0.01), word(0.0005)]
  const most = (call: number): string => `w${1 + (call % 3)}`
  return [
    ['a word that nobody wrote', (call) => ({ text: `nowhere${call}` })],
    ['a rare word', (call) => ({ text: rare(call) })],
    ['a middling word', (call) => ({ text: middling(call) })],
    ['a common word', (call) => ({ text: common(call) })],
    ['one of the three most common words', (call) => ({ text: most(call) })],
    ['two rare words', (call) => ({ text: `${rare(call)} ${rare(call + 7)}` })],
    ['a rare and the most common word', (call) => ({ text: `${rare(call)} w1` })],
    ['two middling words', (call) => ({ text: `${middling(call)} ${middling(call + 7)}` })],
    ['a common and a middling word', (call) => ({ text: `${common(call)} ${middling(call)}` })],
    ['two common words', (call) => ({ text: `${common(call)} ${common(call + 7)}` })],
    ['the two most common words', () => ({ text: 'w1 w2' })],
    ['four common words', (call) => ({ text: `w1 w2 ${common(call)} ${common(call + 3)}` })],
    [
      'a common word, in a tenth of the time',
      (call) => ({ text: common(call), from: instant(messages * 0.4), to: instant(messages * 0.5) }),
    ],
  ]
}

const measure = async (context: BenchContext, chat: Chat, sizes: Sizes, problems: string[]): Promise<readonly PageTimes[]> => {
  using reader = await openReader(chat.gateways[0]?.url ?? '', 'reader-of-many-chats')
  await fill(context, chat.databaseUrl, fillStatements(reader.user, randomUUID(), sizes))
  const times: PageTimes[] = []
  for (const [what, query] of searches(sizes)) {
    let found = 0
    const search = async (call: number): Promise<Answer> => {
      const page = await pageOf(reader, query(call))
      found += (page.messages as readonly unknown[]).length
      return page
    }
    times.push(await timePages(context, what, sizes.calls, search))
    if (found === 0 && !what.includes('nobody') && !what.includes('two')) problems.push(`${what}: no message was found`)
  }
  return times
}

const pageOf = ({ request }: Reader, query: object): Promise<Answer> => request('search-messages', { query: { ...query, limit } })

/** B20: searches by a user of many chats. */
export const searchMessagesBench: Bench = {
  id: 'B20',
  title: 'searches by a user of many chats',
  run: async (context): Promise<BenchReport> => {
    const sizes = context.isShort
      ? { chats: 20, messages: 2_000, words: 4_000, calls: 3 }
      : { chats: 500, messages: 1_000_000, words: 20_000, calls: 200 }
    const env = { LOG_LEVEL: 'warn', SEARCH: 'on', USER_REQUESTS_BURST: '1000000' }
    await using chat = await startChat(await context.stack(), { gateways: 1, writers: 1, env })
    const problems: string[] = []
    const times = await measure(context, chat, sizes, problems)
    return pageReport(context, `B20 search-messages in ${sizes.chats} chats,`, times, problems, aimMs)
  },
}
