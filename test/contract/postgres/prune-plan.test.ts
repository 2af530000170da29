import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { pruneCanaries } from '../../../infra/postgres/admin/prune.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { freshDatabase } from './open-postgres.ts'
import { withSession } from './session.ts'

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly Plan[]
}

const [chats, oldRooms] = [30_000, 24]

/** Old rooms of the audit among many other chats that are as old. */
const fill = async (client: pg.Client, canary: string): Promise<void> => {
  const old = `now() - interval '31 days'`
  await client.query(`insert into app_user values ('${canary}', 'chat-canary', 'Canary', now(), now())`)
  await client.query(
    `insert into app_user select gen_random_uuid(), 'u' || n, null, now(), now() from generate_series(1, 5000) n`,
  )
  await client.query(`insert into chat select gen_random_uuid(), 'canary', '${canary}', 5, ${old}, 1, ${old}, ${old}
    from generate_series(1, ${oldRooms})`)
  await client.query(`insert into chat select gen_random_uuid(), 'a chat', gen_random_uuid(), 5, ${old}, 1, ${old}, ${old}
    from generate_series(1, ${chats})`)
  await client.query(`insert into chat_member select id, created_by, 0, null from chat`)
  await client.query(`insert into event select id, n, 1, 'chat', 'MessagePosted', '{}', gen_random_uuid(), 'd'
    from chat, generate_series(1, 5) n`)
  await client.query(`insert into message select id, n, gen_random_uuid(), ${old}, created_by, 'text'
    from chat, generate_series(2, 5) n`)
  await client.query(`insert into message_text select chat_id, seq, seq, created_at, array['word'] from message`)
  await client.query(`insert into message_term select chat_id, 'word', created_at, seq from message`)
}

const scanned = (plan: Plan): readonly string[] => [
  ...(plan['Node Type'] === 'Seq Scan' ? [String(plan['Relation Name'])] : []),
  ...(plan.Plans ?? []).flatMap(scanned),
]

describe.skipIf(noStackReason())('deleting old rooms of the audit on PostgreSQL', () => {
  it.each(['after an analyze', 'without statistics'])(
    'goes by keys in a database of 30,000 chats %s',
    async (when) => {
      const url = await freshDatabase()
      await withSession(url, async (client) => {
        if (when === 'without statistics') {
          for (const table of ['app_user', 'chat', 'chat_member', 'event', 'message', 'message_text', 'message_term'])
            await client.query(`alter table ${table} set (autovacuum_enabled = false)`)
        }
        await fill(client, randomUUID())
        if (when === 'after an analyze') await client.query('vacuum analyze')
        const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ Plan: Plan }] }>(
          `explain (analyze, buffers, format json) ${pruneCanaries.text}`,
        )
        const plan = rows[0]?.['QUERY PLAN'][0].Plan
        if (plan === undefined) throw new Error('no plan')
        expect(scanned(plan)).toEqual([])
        expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(1_500)
        const { rowCount } = await client.query(`select from chat where name = 'canary'`)
        expect(rowCount).toBe(oldRooms - 10)
      })
    },
    60_000,
  )
})
