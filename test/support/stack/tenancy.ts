import { randomBytes } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { stopIdleTimers } from '../../../infra/kafka/kafkajs-patches/idle-timers.ts'
import type { StackUrls } from './stack-urls.ts'

const longestDatabaseName = 63

export const freshRun = (): string => `t${randomBytes(4).toString('hex')}`

/** Unlike every other, also of other processes that are attached to the same run. */
export const freshNamespaceIn = (run: string): string => `${run}-${randomBytes(4).toString('hex')}`

const databaseName = (namespace: string): string => {
  const name = namespace.replaceAll('-', '_')
  if (name.length > longestDatabaseName) throw new Error(`"${name}" is too long for a database's name`)
  return name
}

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The same server and credentials, another database. */
export const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

/** Creates the namespace's database by way of the given one; its URL. */
export const createDatabase = async (url: string, namespace: string): Promise<string> => {
  const name = databaseName(namespace)
  await withClient(url, (client) => client.query(`create database ${pg.escapeIdentifier(name)}`))
  return withDatabase(url, name)
}

const dropDatabases = (url: string, prefix: string): Promise<void> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database where starts_with(datname, $1)', [
      databaseName(prefix),
    ])
    for (const { datname } of rows) {
      await client.query(`drop database ${pg.escapeIdentifier(datname)} with (force)`)
    }
  })

const deleteTopics = async (brokers: readonly string[], prefix: string): Promise<void> => {
  stopIdleTimers()
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
    if (topics.length > 0) await admin.deleteTopics({ topics })
  } finally {
    await admin.disconnect()
  }
}

/** Drops every database and topic whose name starts so: one namespace's, or a whole run's. */
export const removeTraces = async (urls: StackUrls, prefix: string): Promise<void> => {
  await dropDatabases(urls.databaseUrl, prefix)
  await deleteTopics(urls.kafkaBrokers, prefix)
}
