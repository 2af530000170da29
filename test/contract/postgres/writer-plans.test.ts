import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { Statement } from '../../../infra/postgres/connection/statement.ts'
import { clientConfig } from '../../../infra/postgres/database.ts'
import { appendBatchStatement, appendValues } from '../../../infra/postgres/event-store/append.ts'
import { readSnapshotStatement, snapshotValues } from '../../../infra/postgres/event-store/read-snapshot.ts'
import type { DomainEvent } from '../../../shared/room-events/room-events.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { sqlLiteral } from '../sql-literal.ts'
import { appending, chatCreated, messagePosted, reading, usersAdded, usersRemoved, written } from '../stored-chat.ts'
import { freshDatabase } from './open-postgres.ts'
import { withSession } from './session.ts'

interface Blocks {
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
}

/** The number of blocks that the last execution touches, if the earlier ones have planned the statement on an empty database. */
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

describe.skipIf(noStackReason())('statements of a writer that were planned on an empty database', () => {
  const [room, ann, bob] = [randomUUID(), randomUUID(), randomUUID()]

  const at = '2025-01-01T00:00:00.000Z'

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

  /** The same, and in that room many messages, each with reactions, edits and mentions; `changed` has three edits. */
  const fillMessages = (changed: string) => async (client: pg.Client) => {
    await fill(client)
    const ids = `select n, md5('m' || n)::uuid as id from generate_series(2, 20000) n`
    const message = `{"id":"${changed}","msg":"text","type":"text","user_id":"${ann}","created_at":"${at}","modified_at":"${at}"}`
    const change = `{"id":"${changed}","user_id":"${ann}","created_at":"${at}","message":${message}}`
    await client.query(`insert into event select '${room}', n, 1, 'chat', 'MessagePosted', '{}', id, 'd' from (${ids}) m`)
    await client.query(
      `insert into message select '${room}', n, id, '2025-01-01', '${ann}', 'text', md5('m2')::uuid from (${ids}) m`,
    )
    await client.query(`insert into event values ('${room}', 20001, 1, 'chat', 'MessagePosted', '${message}', '${changed}', 'd')`)
    await client.query(`insert into message values ('${room}', 20001, '${changed}', '2025-01-01', '${ann}', 'text')`)
    await client.query(`insert into event select '${room}', n, 1, 'chat', 'MessageEdited', '${change}', md5('e' || n)::uuid, 'd'
      from generate_series(20002, 20004) n`)
    await client.query(`insert into message_edit select '${room}', '${changed}', n from generate_series(20002, 20004) n`)
    await client.query(`update message set version_seq = 20004 where id = '${changed}'`)
    await client.query(`insert into message_edit select '${room}', id, n from (${ids}) m`)
    await client.query(`insert into message_reaction select '${room}', id, '+', '${bob}', n from (${ids}) m`)
    await client.query(`insert into reaction_count select '${room}', id, '+', 1 from (${ids}) m`)
    await client.query(`insert into mention select '${room}', '${bob}', n from (${ids}) m`)
    await client.query(`update chat set seq = 20004 where id = '${room}'`)
  }

  /** An edit, a reaction, a pin, a reply and a deletion of the message, after this seq of the room. */
  const changes = (of: string, message: string, after: number) => {
    const head = (seq: number) => ({ stream: of, seq: after + seq, commandId: randomUUID(), digest: 'd' })
    const by = { user_id: ann, created_at: at }
    const now = { id: message, msg: 'text', type: 'text', ...by, modified_at: at }
    const change = { id: randomUUID(), ...by }
    const reply = { ...now, id: randomUUID(), thread: message, reply_to: message }
    const events: readonly DomainEvent[] = [
      { type: 'MessageEdited', ...head(1), body: { ...change, message: { ...now, mentions: [bob] } } },
      { type: 'ReactionSet', ...head(2), body: { ...change, message, reaction: '+', on: true, count: 1 } },
      { type: 'PinSet', ...head(3), body: { ...change, message, on: true } },
      { type: 'MessagePosted', ...head(4), body: reply },
      { type: 'MessageDeleted', ...head(5), body: { ...change, message: { ...now, msg: '', deleted: true } } },
    ]
    return events.map((event) => appending({ events: [written(event)], heads: new Map([[of, event.seq - 1]]) }))
  }

  it.each(['edit', 'reaction', 'pin', 'reply', 'deletion'].map((name, index) => [name, index] as const))(
    'read only a few blocks to append the %s of a message in a large room',
    async (_name, index) => {
      const [first, message, changed] = [randomUUID(), randomUUID(), randomUUID()]
      const opening = [written(chatCreated(first, [ann])), written(messagePosted(first, 2, ann, { id: message }))]
      const planned = [appending({ events: opening }), ...changes(first, message, 2)]
      const last = changes(room, changed, 20_004 - index)[index]
      if (last === undefined) throw new Error('no change')
      const executions = [...planned, last].map((batch) => appendValues(batch, true))
      const url = await freshDatabase()
      const blocks = await blocksOfOldPlan(url, appendBatchStatement, executions, fillMessages(changed))
      expect(blocks).toBeLessThan(300)
      const { rows } = await withSession(url, (client) => client.query(`select seq from chat where id = '${room}'`))
      expect(rows).toEqual([{ seq: '20005' }])
    },
  )

  it('read only a few blocks for the messages that commands name in a large room', async () => {
    const changed = randomUUID()
    const reaction = { room, message: changed, user: bob, reaction: '+' }
    const wanted = reading({ rooms: [room], messages: [{ room, id: changed }], reactions: [reaction] })
    const values = snapshotValues(wanted)
    const url = await freshDatabase()
    expect(await blocksOfOldPlan(url, readSnapshotStatement, [values, values], fillMessages(changed))).toBeLessThan(100)
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
