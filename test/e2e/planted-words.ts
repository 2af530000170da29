import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import type pg from 'pg'
import { writeTopic } from '../support/kafka/raw-topic.ts'
import type { Chat } from '../support/stack/start-chat.ts'

interface Column {
  readonly table_name: string
  readonly column_name: string
}

/** Whether a word was written to a column, and whether the text of its table then has it. Nothing stays. */
export interface PlantedColumn {
  readonly place: string
  /** False: the table has no row, or the column cannot hold the word. */
  readonly isPlanted: boolean
  readonly isFound: boolean
}

/** Writes the word to one row of each column, looks for it in the text of the table as the search does, and takes it back. */
export const plantInColumns = async (
  client: pg.Client,
  columns: readonly Column[],
  word: string,
): Promise<readonly PlantedColumn[]> => {
  const results: PlantedColumn[] = []
  for (const { table_name: table, column_name: column } of columns) {
    const [into, name] = [`"${table}"`, `"${column}"`]
    await client.query('begin')
    try {
      const change = `update ${into} set ${name} = $1 where ctid = (select ctid from ${into} limit 1)`
      const { rowCount } = await client.query(change, [JSON.stringify(word)])
      const { rows } = await client.query(`select from ${into} t where t::text like $1`, [`%${word}%`])
      results.push({ place: `${table}.${column}`, isPlanted: rowCount === 1, isFound: rows.length === 1 })
    } catch {
      results.push({ place: `${table}.${column}`, isPlanted: false, isFound: false })
    } finally {
      await client.query('rollback')
    }
  }
  return results
}

/** Writes the word to Redis, to a log and to each topic; the unreadable command becomes a dead letter. */
export const plantElsewhere = async (chat: Chat, word: string): Promise<void> => {
  const { REDIS_URL = '', KAFKA_BROKERS = '' } = chat.environment('test')
  const redis = new Redis(REDIS_URL)
  await redis.set(`${chat.namespace}:canary`, word)
  redis.disconnect()
  const unreadable = { key: randomUUID(), value: `not JSON: ${word}` }
  for (const topic of ['chat.commands', 'chat.events'])
    await writeTopic(KAFKA_BROKERS.split(','), `${chat.namespace}.${topic}`, [unreadable])
  // The refused origin is logged.
  const place = (chat.gateways[0]?.url ?? '').replace(/^ws/, 'http').replace(/\/ws$/, '/api/v1/get-users')
  await fetch(place, { method: 'POST', headers: { origin: `https://${word}.example` } })
}
