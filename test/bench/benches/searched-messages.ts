import pg from 'pg'
import type { BenchContext } from '../harness/bench.ts'

const wordsPerMessage = 10

const [firstMs, apartMs] = [Date.parse('2026-01-01T00:00:00Z'), 30_000]

/** The time of the message with this number. */
export const instant = (message: number): string => new Date(firstMs + message * apartMs).toISOString()

/** The messages of one user's chats. */
export interface SearchedMessages {
  readonly chats: number
  readonly messages: number
  /** Different words; the word of rank n is about n times as rare as the first, as in natural language. */
  readonly words: number
}

/**
 * The chats of one user, with the rows that writers and a relay would have inserted. Messages are spread over the chats by
 * their sizes, of which the largest is a thousand times the smallest.
 */
const fillStatements = (user: string, author: string, { chats, messages, words }: SearchedMessages): readonly string[] => [
  `create table bench_chat as select n, gen_random_uuid() as id from generate_series(0, ${chats - 1}) as n`,
  `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
   select id, 'bench', '${author}', ${messages}, now(), 2, now(), now() from bench_chat`,
  `insert into chat_member (chat_id, user_id, since_seq)
   select id, member, 0 from bench_chat, unnest(array['${user}', '${author}']::uuid[]) as member`,
  `create table bench_message as
   select bench_chat.id as chat_id, drawn.n + 2 as seq, gen_random_uuid() as id,
     timestamptz '${instant(0)}' + drawn.n * interval '30 seconds' as created_at,
     drawn.words || array[case when drawn.n % 2 = 0 then 'even' else 'odd' end,
       case when drawn.chat % 2 = 0 then 'here' else 'there' end,
       case when drawn.n < ${messages / 2} then 'early' else 'late' end, '北京市' || drawn.n % 20] as words
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
   select chat_id, seq, seq, created_at, array(
     select distinct unnest(words[:cardinality(words) - 1] || array['北', '京', '市', '北京', '京市', ((seq - 2) % 20)::text, '@${author}'])
   ) from bench_message`,
  `insert into message_term (chat_id, term, created_at, seq)
   select chat_id, term, created_at, seq from message_text, unnest(terms) as term order by 1, 2, 3, 4`,
  'drop table bench_message, bench_chat',
  'vacuum analyze',
  'checkpoint',
]

/** Fills a store with these messages of chats of the user and the author; resolves with the ids of the chats. */
export const fill = async (
  { say }: BenchContext,
  url: string,
  { user, author }: { readonly user: string; readonly author: string },
  sizes: SearchedMessages,
): Promise<readonly string[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of fillStatements(user, author, sizes)) await client.query(statement)
  const { rows } = await client.query<{ table: string; size: string }>(
    `select relname as table, pg_size_pretty(pg_total_relation_size(oid)) as size from pg_class
     where relname in ('event', 'message', 'message_text', 'message_term') order by relname`,
  )
  say(`  ${rows.map(({ table, size }) => `${table} ${size}`).join(', ')}`)
  const { rows: chats } = await client.query<{ id: string }>('select id from chat order by id')
  await client.end()
  return chats.map(({ id }) => id)
}
