import type pg from 'pg'

/** The number of messages of the room. */
export const messages = 100_000

/** The largest size of a page. */
export const pageBytes = 1024 * 1024

/** Message n at seq n + 1, n seconds after the first of 2025. */
export const fillBigRoom = async (client: pg.Client, room: string, reader: string): Promise<void> => {
  const time = `timestamptz '2025-01-01T00:00:00Z' + n * interval '1 second'`
  await client.query(`insert into chat select '${room}', 'big', '${reader}', ${messages + 1}, now(), 1, now(), now()`)
  await client.query(`insert into chat_member values ('${room}', '${reader}', 0, null)`)
  await client.query(`insert into event select '${room}', n + 1, 1, 'chat', 'MessagePosted', repeat('x', 200), gen_random_uuid(), 'd'
    from generate_series(1, ${messages}) n`)
  await client.query(`insert into message select '${room}', n + 1, gen_random_uuid(), ${time}, '${reader}', 'text'
    from generate_series(1, ${messages}) n`)
}
