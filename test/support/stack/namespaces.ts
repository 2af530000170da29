import { randomBytes } from 'node:crypto'
import pg from 'pg'

const longestDatabaseName = 63

export const newRunPrefix = (): string => `t${randomBytes(4).toString('hex')}`

/** A namespace that differs from all others, including those of other processes of the same run. */
export const newNamespaceIn = (run: string): string => `${run}-${randomBytes(4).toString('hex')}`

/** The database of a namespace. */
export const databaseName = (namespace: string): string => {
  const name = namespace.replaceAll('-', '_')
  if (name.length > longestDatabaseName) throw new Error(`"${name}" is too long for a database's name`)
  return name
}

/** Runs `work` with a new connection, and closes it. */
export const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The URL of another database on the same server, with the same credentials. */
export const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

/** Creates the database of a namespace over a connection to `url`; resolves with its URL. */
export const createDatabase = async (url: string, namespace: string): Promise<string> => {
  const name = databaseName(namespace)
  await withClient(url, (client) => client.query(`create database ${pg.escapeIdentifier(name)}`))
  return withDatabase(url, name)
}
