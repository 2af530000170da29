import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { readPagesStatement } from '../../../infra/postgres/event-store/pages.ts'
import { listVersionsStatement } from '../../../infra/postgres/read-model/message-details.ts'
import { listMessagesStatement } from '../../../infra/postgres/read-model/message-list-statement.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { walk } from '../read-model/listing.ts'
import { fillBigRoom, pageBytes } from './big-room.ts'
import { explain } from './explain.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

describe.skipIf(noStackReason())('reads from a room of 100,000 messages on PostgreSQL', () => {
  const [room, reader] = [randomUUID(), randomUUID()]
  const end = Number.MAX_SAFE_INTEGER
  let url = ''
  beforeAll(async () => {
    url = await freshDatabase()
    await withSession(url, (client) => fillBigRoom(client, room, reader))
  }, 60_000)

  const at = (second: number): string => new Date(Date.parse('2025-01-01T00:00:00Z') + second * 1_000).toISOString()

  it.each([
    ['the newest', 'older', [0, end, null, null]],
    ['before the middle', 'older', [0, 50_000, null, null]],
    ['up to an instant in the middle', 'older', [0, end, null, at(50_000)]],
    ['after the start', 'newer', [0, end, null, null]],
    ['after the middle', 'newer', [50_000, end, null, null]],
    ['from an instant in the middle', 'newer', [0, end, at(50_000), null]],
    ['between two instants', 'newer', [0, end, at(10_000), at(90_000)]],
  ] as const)('reads only a few blocks to list 50 messages %s', async (_title, direction, range) => {
    const values = [room, reader, ...range, 50, pageBytes]
    const { blocks, nodes } = await explain(
      url,
      listMessagesStatement(direction, { hasThread: false, hasReplies: true, isPinned: false }),
      values,
    )
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(400)
  })

  it('reads only a few blocks for a page of events at any position', async () => {
    const places = [0, 50_000, 99_000]
    const values = [places.map(() => room), places, places.map(() => 50), places.map(() => `{${reader}}`), pageBytes]
    const { blocks, nodes } = await explain(url, readPagesStatement, values)
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(400)
  })
})

/** Message n at seq n + 1; a root at each `every`-th seq, and all others are replies in the thread of the first root. */
const fillRoomOfReplies = async (client: pg.Client, room: string, reader: string, every: number): Promise<void> => {
  await fillBigRoom(client, room, reader)
  await client.query(`update message set thread = (select id from message where chat_id = '${room}' and seq = ${every})
    where chat_id = '${room}' and seq % ${every} <> 0`)
  await client.query('vacuum analyze message, event')
}

describe.skipIf(noStackReason())('reads from a room of 100,000 messages, nearly all of which are replies, on PostgreSQL', () => {
  const [room, reader, every] = [randomUUID(), randomUUID(), 25_000]
  const end = Number.MAX_SAFE_INTEGER
  let url = ''
  beforeAll(async () => {
    url = await freshDatabase()
    await withSession(url, (client) => fillRoomOfReplies(client, room, reader, every))
  }, 60_000)

  it.each([
    ['older', [0, end, null, null]],
    ['newer', [0, end, null, null]],
  ] as const)('examines at most 10,000 of them to list %s ones without replies', async (direction, range) => {
    const values = [room, reader, ...range, 50, pageBytes]
    const filters = { hasThread: false, hasReplies: false, isPinned: false }
    const { nodes, rowsRemoved } = await explain(url, listMessagesStatement(direction, filters), values)
    expect(nodes).not.toContain('Seq Scan')
    expect(rowsRemoved).toBeLessThanOrEqual(10_000)
  })

  it.each([
    ['backwards', {}],
    ['forwards', { after: 0 }],
  ])('lists all roots %s, though some pages are empty', async (_title, range) => {
    const { readModel, close } = await openMigrated(url)
    const pages = await walk(readModel, room, reader, { ...range, replies: false }).finally(close)
    expect(pages.flat().toSorted((a, b) => a - b)).toEqual([25_000, 50_000, 75_000, 100_000])
    expect(pages.length).toBe(11)
    expect(pages.filter((seqs) => seqs.length === 0).length).toBe(7)
  })

  it('reads only a few blocks to list a thread', async () => {
    const thread = await withSession(url, async (client) => {
      const { rows } = await client.query<{ id: string }>(`select id from message where chat_id = '${room}' and seq = ${every}`)
      return rows[0]?.id
    })
    const filters = { hasThread: true, hasReplies: true, isPinned: false }
    const values = [room, reader, 0, end, null, null, 50, pageBytes, thread]
    const { blocks, nodes } = await explain(url, listMessagesStatement('older', filters), values)
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(600)
  })
})

/** A message of 1,000 edits, at the seqs 2 to 1,001. */
const fillEdits = async (client: pg.Client, room: string, reader: string, message: string): Promise<void> => {
  const data = `'{"message":{"msg":"' || repeat('x', 200) || '"}}'`
  await client.query(`insert into chat select '${room}', 'edited', '${reader}', 1001, now(), 1, now(), now()`)
  await client.query(`insert into chat_member values ('${room}', '${reader}', 0, null)`)
  await client.query(`insert into event select '${room}', n, 1, 'chat', 'MessageEdited', ${data}, gen_random_uuid(), 'd'
    from generate_series(1, 1001) n`)
  await client.query(`insert into message (chat_id, seq, id, created_at, user_id, type, version_seq)
    values ('${room}', 1, '${message}', now(), '${reader}', 'text', 1001)`)
  await client.query(`insert into message_edit select '${room}', '${message}', n from generate_series(2, 1001) n`)
  await client.query('vacuum analyze')
}

describe.skipIf(noStackReason())('reading the versions of a message with 1,000 edits on PostgreSQL', () => {
  it.each([0, 500])('reads only the events of the page after seq %s', async (after) => {
    const [room, reader, message] = [randomUUID(), randomUUID(), randomUUID()]
    const url = await freshDatabase()
    await withSession(url, (client) => fillEdits(client, room, reader, message))
    const { rows, blocks } = await explain(url, listVersionsStatement, [room, reader, message, after, 50, pageBytes])
    expect(rows).toBe(50)
    expect(blocks).toBeLessThan(400)
  })
})
