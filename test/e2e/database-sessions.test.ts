import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshName, personOn } from '../support/client/person.ts'
import { ownSessions } from '../support/own-sessions.ts'
import { until } from '../support/poll.ts'
import { startService } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

const pool = 3
/** Samples the database sessions while chats are created. */
const fewestLooks = 50

const sessionsByName = `select application_name as name, count(*)::int as count from pg_stat_activity
  where datname = current_database() and application_name like 'chat-%'
    and application_name <> 'chat-session-check' group by 1`

describe.skipIf(noStackReason())('The database sessions of a process', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 1, writers: 1, env: { DATABASE_POOL: String(pool) } })
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  it('stay within DATABASE_POOL plus the extra sessions of the Kubernetes sizing, under load and during an audit', async () => {
    const client = new pg.Client({ connectionString: chat.databaseUrl })
    await client.connect()
    const most: Record<string, number> = {}
    let looks = 0
    const look = async (): Promise<void> => {
      const { rows } = await client.query<{ name: string; count: number }>(sessionsByName)
      for (const { name, count } of rows) most[name] = Math.max(most[name] ?? 0, count)
      looks += 1
    }
    await using ann = await personOn(chat.gateways[0]?.url ?? '', freshName('ann'))
    await using _audit = await startService('audit', {
      entry: 'services/admin/main.ts',
      args: ['audit', '--watch'],
      env: { ...chat.environment('admin'), DATABASE_POOL: String(pool) },
    })
    await until(
      'many samples with sessions of all processes',
      async () => {
        await Promise.all([look(), ...Array.from({ length: 8 }, (_, n) => ann.createChat(`room ${n}`, []))])
        return most['chat-audit'] !== undefined && looks >= fewestLooks
      },
      { withinMs: 60_000 },
    )
    await client.end()
    const { 'chat-writer': ofWriter = 0, 'chat-writer-lock': ofLock = 0, 'chat-gateway': ofGateway = 0 } = most
    expect(ofGateway).toBeLessThanOrEqual(pool + ownSessions.gateway)
    expect(ofWriter + ofLock).toBeLessThanOrEqual(pool + ownSessions.writer)
    const { 'chat-audit': ofAudit = 0, 'chat-admin': ofWalk = 0 } = most
    expect(ofAudit + ofWalk).toBeLessThanOrEqual(pool + ownSessions.audit)
    // The audit's table scan is short: a sample may miss it.
    const names = Object.keys(most).filter((name) => name !== 'chat-admin')
    expect(names.toSorted()).toEqual(['chat-audit', 'chat-gateway', 'chat-writer', 'chat-writer-lock'])
  })
})
