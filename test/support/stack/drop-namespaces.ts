import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { stopIdleTimers } from '../../../infra/kafka/kafkajs-patches/idle-timers.ts'
import { databaseName, withClient } from './namespaces.ts'
import type { StackUrls } from './stack-urls.ts'

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

/** Drops every database and topic whose name starts with the prefix, which is that of a namespace or of a run. */
export const dropNamespaces = async (urls: StackUrls, prefix: string): Promise<void> => {
  await dropDatabases(urls.databaseUrl, prefix)
  await deleteTopics(urls.kafkaBrokers, prefix)
}
