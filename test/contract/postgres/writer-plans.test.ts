import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { Statement } from '../../../infra/postgres/connection/statement.ts'
import { clientConfig } from '../../../infra/postgres/database.ts'
import { appendBatchStatement, appendValues } from '../../../infra/postgres/event-store/append.ts'
import { readSnapshotStatement, snapshotValues } from '../../../infra/postgres/event-store/read-snapshot.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { whyNoStack } from '../../support/stack/shared-stack.ts'
import { sqlLiteral } from '../sql-literal.ts'
import { appending, chatCreated, messagePosted, reading, usersAdded, usersRemoved, written } from '../stored-chat.ts'
import { freshDatabase } from './open-postgres.ts'
import { withSession } from './session.ts'

interface Blocks {
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
}

/** How many blocks the last of these executions touches, when the earlier ones have planned the statement on an empty database. */
const blocksOfOldPlan = (
  url: string,
  { text }: Statement,
  executions: readonly (readonly unknown[])[],
  fill: (client: pg.Client) => Promise<void>,
) =>
  withSession(
    url,
    async (client) => {
      for (const values of executions.slice(0, -1)) await client.query({ name: 'old', text, values: [...values] })
      await withSession(url, fill)
      const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ Plan: Blocks }] }>(
        `explain (analyze, buffers, format json) execute old (${executions.at(-1)?.map(sqlLiteral).join(', ')})`,
      )
      const plan = rows[0]?.['QUERY PLAN'][0].Plan
      return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0)
    },
    clientConfig(defaultTimes),
  )

describe.skipIf(whyNoStack())('statements of a writer that were planned on an empty database', () => {
  const [room, ann, bob] = [randomUUID(), randomUUID(), randomUUID()]

  /** Many rooms with many members, events and rejections, and one room beside them. */
  const fill = async (client: pg.Client): Promise<void> => {
    const others = 'select gen_random_uuid() as id from generate_series(1, 20000)'
    await client.query(`insert into chat select id, 'other', id, 1, now(), 1, now(), now() from (${others}) o`)
    await client.query(`insert into chat_member select id, '${ann}', 0, null from chat where name = 'other'`)
    await client.query(`insert into event select id, 1, 1, 'chat', 'ChatCreated', '', id, 'd' from chat where name = 'other'`)
    await client.query(
      `insert into rejection select id, gen_random_uuid(), 'd', 'unknown_user', '', null, 1 from chat where name = 'other'`,
    )
    await client.query(
      `insert into message select id, 2, gen_random_uuid(), now(), '${ann}', 'text' from chat where name = 'other'`,
    )
    await client.query(`insert into chat values ('${room}', 'a room', '${ann}', 1, '2025-01-01', 2, now(), now())`)
    await client.query(`insert into chat_member values ('${room}', '${ann}', 0, null), ('${room}', '${bob}', 0, null)`)
  }

  it('read only a few blocks for a room of a large database', async () => {
    const wanted = reading({
      rooms: [room],
      commands: [{ room, id: randomUUID(), digest: 'd' }],
      members: [ann, bob].map((user) => ({ room, user })),
      users: [ann, bob],
    })
    expect(
      await blocksOfOldPlan(await freshDatabase(), readSnapshotStatement, [snapshotValues(wanted), snapshotValues(wanted)], fill),
    ).toBeLessThan(100)
  })

  it('read only a few blocks to append messages, membership changes and rejections to a large database', async () => {
    const rejection = { type: 'Rejected', code: 'unknown_user', message: '' } as const
    const changes = (of: string) =>
      appending({
        events: [messagePosted(of, 2, ann), usersRemoved(of, 3, [ann]), usersAdded(of, 4, [bob])].map((event) => written(event)),
        rejections: [{ room: of, commandId: randomUUID(), digest: 'd', rejection }],
        unread: new Set([of]),
      })
    const first = randomUUID()
    const created = appending({ events: [written(chatCreated(first, [ann]))] })
    const executions = [created, changes(first), changes(room)].map((batch) => appendValues(batch, false))
    expect(await blocksOfOldPlan(await freshDatabase(), appendBatchStatement, executions, fill)).toBeLessThan(300)
  })
})
