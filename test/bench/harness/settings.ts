import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import type { StackUrls } from '../../support/stack/stack-urls.ts'

const shown = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'shared_buffers']

const postgresSettings = async (url: string): Promise<readonly string[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1) order by name',
      [shown],
    )
    return rows.map(({ name, setting }) => `${name}=${setting}`)
  } finally {
    await client.end()
  }
}

const topicSettings = async (brokers: readonly string[], topic: string): Promise<readonly string[]> => {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ['min.insync.replicas', 'flush.messages', 'retention.ms'] }],
    })
    const partitions = topics[0]?.partitions ?? []
    const replicas = partitions[0]?.replicas.length ?? 0
    const configs = resources[0]?.configEntries.map(({ configName, configValue }) => `${configName}=${configValue}`) ?? []
    return [`partitions=${partitions.length}`, `replicas=${replicas}`, ...configs]
  } finally {
    await admin.disconnect()
  }
}

/** The effective settings, read from the servers. */
export const effectiveSettings = async (urls: StackUrls, databaseUrl: string, namespace: string): Promise<readonly string[]> => [
  `Postgres: ${(await postgresSettings(databaseUrl)).join(' ')}`,
  `Kafka ${namespace}.chat.commands: ${(await topicSettings(urls.kafkaBrokers, `${namespace}.chat.commands`)).join(' ')}; produced with acks=-1`,
]
