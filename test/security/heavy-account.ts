import pg from 'pg'

/** Sizes of the account that `measure-reads.ts` attacks with. */
export const heavy = {
  chats: 2_000,
  longChats: 50,
  eventsPerLongChat: 200,
  eventBytes: 4_000,
  strangers: 1_000,
  chatsOfStranger: 20,
} as const

const user = (n: string): string => `md5('stranger ' || ${n})::uuid`
const chat = (n: string): string => `md5('heavy chat ' || ${n})::uuid`
const otherChat = (s: string, n: string): string => `md5('other chat ' || ${s} || ' ' || ${n})::uuid`
const upTo = (most: number): string => `generate_series(1, ${most}) n`

/** The ids that the statements below create. */
const select = async (client: pg.Client, id: string, count: number): Promise<readonly string[]> => {
  const { rows } = await client.query<{ id: string }>(`select ${id} as id from ${upTo(count)} order by n`)
  return rows.map((row) => row.id)
}

/**
 * Puts the account into 2,000 chats, 50 of them with 200 events of 4 KB each, beside 1,000 users who are in 20 chats
 * each and share none with it. Written to the tables directly: the commands would take minutes.
 */
export const fillHeavyAccount = async (databaseUrl: string, account: string) => {
  const { chats, longChats, eventsPerLongChat, eventBytes, strangers, chatsOfStranger } = heavy
  const body = `'{"id":"' || gen_random_uuid() || '","msg":"${'x'.repeat(eventBytes)}","type":"text"}'`
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(`insert into app_user select ${user('n')}, 'stranger ' || n, null, now(), now() from ${upTo(strangers)}`)
    await client.query(`insert into chat select ${chat('n')}, 'c', '${account}',
      case when n <= ${longChats} then ${eventsPerLongChat} else 1 end, now(), 1, now(), now() from ${upTo(chats)}`)
    await client.query(`insert into chat_member select ${chat('n')}, '${account}', 0, null from ${upTo(chats)}`)
    await client.query(`insert into chat_member select ${otherChat('s', 'n')}, ${user('s')}, 0, null
      from generate_series(1, ${strangers}) s, ${upTo(chatsOfStranger)}`)
    await client.query(`insert into event select ${chat('n')}, seq, 1, 'chat', 'MessagePosted', ${body}, gen_random_uuid(), 'd'
      from ${upTo(longChats)}, generate_series(1, ${eventsPerLongChat}) seq`)
    await client.query(`insert into message select ${chat('n')}, seq, gen_random_uuid(), now(), '${account}', 'text'
      from ${upTo(longChats)}, generate_series(1, ${eventsPerLongChat}) seq`)
    await client.query('vacuum analyze')
    return {
      strangers: await select(client, user('n'), strangers),
      longChats: await select(client, chat('n'), longChats),
    }
  } finally {
    await client.end()
  }
}
