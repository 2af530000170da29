import type { PoolConfig } from 'pg'
import pg from 'pg'

/** Runs work in a session of its own, for example to read tables or to hold locks. */
export const withSession = async <T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  settings: PoolConfig = {},
): Promise<T> => {
  const client = new pg.Client({ ...settings, connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Every row of these tables as text, in the order of their keys. */
export const dump = (url: string, tables: readonly string[]): Promise<Readonly<Record<string, readonly string[]>>> =>
  withSession(url, async (client) => {
    const dumped: Record<string, readonly string[]> = {}
    for (const table of tables) {
      const { rows } = await client.query<{ line: string }>(`select t::text as line from ${table} t order by 1`)
      dumped[table] = rows.map(({ line }) => line)
    }
    return dumped
  })
