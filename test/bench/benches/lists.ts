import { randomUUIDv7 } from 'node:crypto'
import pg from 'pg'
import type { LatencySummary } from '../../support/load/latencies.ts'
import { messageText } from '../../support/load/message-text.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import { openReader, timed } from '../harness/timed-requests.ts'
import { ms } from './pipeline-search.ts'

/** Inserts a row for each message, as a writer does, one second apart. */
const fillRoom = async (client: pg.Client, room: string, user: string, messages: number): Promise<void> => {
  const names = [room, user, messages]
  const id = `('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`
  const at = `timestamptz '2025-01-01 00:00:00Z' + n * interval '1 second'`
  await client.query(
    `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
     values ($1, 'bench', $2, $3, now(), 1, now(), now())`,
    names,
  )
  await client.query('insert into chat_member (chat_id, user_id, since_seq) values ($1, $2, 0)', [room, user])
  await client.query(
    `insert into event (stream, seq, v, kind, type, data, command_id, digest)
     select $1, n, 1, 'chat', 'MessagePosted', json_build_object('id', ${id}, 'msg', $4::text, 'type', 'text',
       'user_id', $2::uuid, 'created_at', to_char(${at}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text, ${id}, 'bench'
     from generate_series(1, $3::bigint) as n`,
    [...names, messageText(100)],
  )
  await client.query(
    `insert into message (chat_id, seq, id, created_at, user_id, type)
     select $1, n, ${id}, ${at}, $2, 'text' from generate_series(1, $3::bigint) as n`,
    names,
  )
}

const fillChats = async (client: pg.Client, user: string, chats: number): Promise<void> => {
  await client.query(
    `with made as (
       insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
       select gen_random_uuid(), 'bench', $1, 1, now() - n * interval '1 second', 1, now(), now()
       from generate_series(1, $2::bigint) as n returning id)
     insert into chat_member (chat_id, user_id, since_seq) select id, $1, 0 from made`,
    [user, chats],
  )
}

interface ListTimes {
  readonly size: number
  readonly summary: LatencySummary
}

const textOf = (times: readonly ListTimes[]): string =>
  times.map(({ size, summary }) => `${size}: p50 ${ms(summary.p50)} p99 ${ms(summary.p99)}`).join('; ')

/** The queries of a room: its end, its middle by seq, its middle by time. */
const queriesOf = (messages: number): readonly object[] => [
  {},
  { before: Math.ceil(messages / 2) },
  { from: new Date(Date.parse('2025-01-01T00:00:00Z') + messages * 500).toISOString() },
]

/** `BENCH_DEEP=1` adds the largest room, which takes minutes to fill. */
const largeRooms = (): readonly number[] => [1e3, 1e4, 1e5, 1e6, ...(process.env.BENCH_DEEP ? [1e7] : [])]

const measureLists = async (
  context: BenchContext,
  sizes: { readonly rooms: readonly number[]; readonly users: readonly number[] },
) => {
  await using chat = await startChat(await context.stack(), { gateways: 1, writers: 1, env: { LOG_LEVEL: 'warn' } })
  const times = context.isShort ? 5 : 100
  const client = new pg.Client({ connectionString: chat.databaseUrl })
  await client.connect()
  const url = chat.gateways[0]?.url ?? ''
  const [messages, chats, problems]: [ListTimes[], ListTimes[], string[]] = [[], [], []]
  try {
    for (const size of sizes.rooms) {
      using reader = await openReader(url, `reader-${size}`)
      const { request, user } = reader
      const room = randomUUIDv7()
      await fillRoom(client, room, user, size)
      await client.query('vacuum analyze event, message')
      // Writes the filled pages to disk, so that this is not part of the measurement.
      await client.query('checkpoint')
      const queries = queriesOf(size)
      const first = await request('list-messages', { chat: { id: room } })
      if ((first.messages as unknown[]).length !== Math.min(50, size))
        problems.push(`list-messages of ${size}: a page is not whole`)
      let turn = 0
      const query = (): object => {
        turn += 1
        return queries[turn % queries.length] ?? {}
      }
      const summary = await timed(times, () => request('list-messages', { chat: { id: room }, query: query() }))
      messages.push({ size, summary })
      context.say(`  list-messages in a room of ${size}: p50 ${ms(summary.p50)} p99 ${ms(summary.p99)} ms`)
    }
    for (const size of sizes.users) {
      using reader = await openReader(url, `member-${size}`)
      const { request, user } = reader
      await fillChats(client, user, size)
      const first = await request('list-chats', { user: { id: user } })
      if ((first.chats as unknown[]).length !== Math.min(50, size)) problems.push(`list-chats of ${size}: a page is not whole`)
      const summary = await timed(times, () => request('list-chats', { user: { id: user } }))
      chats.push({ size, summary })
      context.say(`  list-chats of ${size}: p50 ${ms(summary.p50)} p99 ${ms(summary.p99)} ms`)
    }
  } finally {
    await client.end()
  }
  return { messages, chats, problems }
}

/** B7: lists over rooms and users of very different sizes. */
export const listsBench: Bench = {
  id: 'B7',
  title: 'list-messages and list-chats by size',
  run: async (context): Promise<BenchReport> => {
    const sizes = context.isShort
      ? { rooms: [10, 200], users: [10, 100] }
      : { rooms: largeRooms(), users: [10, 100, 1_000, 10_000] }
    const { messages, chats, problems } = await measureLists(context, sizes)
    const [least, most] = [messages[0]?.summary.p50 ?? 0, messages.at(-1)?.summary.p50 ?? 0]
    const slowest = Math.max(...messages.map(({ summary }) => summary.p99))
    const rows: Row[] = [
      {
        what: 'B7 list-messages by messages of the room, ms',
        result: textOf(messages),
        ...(context.isShort ? {} : { aim: 'flat, p99 < 20 ms', isMet: most < 2 * least && slowest < 20 }),
      },
      {
        what: 'B7 list-chats by chats of the user, ms',
        result: textOf(chats),
        ...(context.isShort ? {} : { aim: 'linear at worst' }),
      },
    ]
    return { rows, problems, data: { messages, chats } }
  },
}
