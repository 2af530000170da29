import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Statement } from '../../../infra/postgres/connection/statement.ts'
import { clientConfig } from '../../../infra/postgres/database.ts'
import { readPagesStatement } from '../../../infra/postgres/event-store/pages.ts'
import { configureMembersStatement } from '../../../infra/postgres/member-state/configure-members.ts'
import { markMembersStatement } from '../../../infra/postgres/member-state/mark-members.ts'
import { listChatsStatement } from '../../../infra/postgres/read-model/chat-list.ts'
import { listVersionsStatement } from '../../../infra/postgres/read-model/message-details.ts'
import { listMessagesStatement } from '../../../infra/postgres/read-model/message-list-statement.ts'
import { readUsersSeenByStatement } from '../../../infra/postgres/read-model/read-model.ts'
import { countUnreadStatement, readMarkedMembershipsStatement } from '../../../infra/postgres/read-model/unread-memberships.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { walk } from '../read-model/listing.ts'
import { sqlLiteral } from '../sql-literal.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const messages = 100_000
const pageBytes = 1024 * 1024

/** Message n at seq n + 1, n seconds after the first of 2025. */
const fillBigRoom = async (client: pg.Client, room: string, reader: string): Promise<void> => {
  const time = `timestamptz '2025-01-01T00:00:00Z' + n * interval '1 second'`
  await client.query(`insert into chat select '${room}', 'big', '${reader}', ${messages + 1}, now(), 1, now(), now()`)
  await client.query(`insert into chat_member values ('${room}', '${reader}', 0, null)`)
  await client.query(`insert into event select '${room}', n + 1, 1, 'chat', 'MessagePosted', repeat('x', 200), gen_random_uuid(), 'd'
    from generate_series(1, ${messages}) n`)
  await client.query(`insert into message select '${room}', n + 1, gen_random_uuid(), ${time}, '${reader}', 'text'
    from generate_series(1, ${messages}) n`)
}

interface Plan {
  readonly 'Node Type': string
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  /** For each loop. */
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Plan[]
}

const stepsOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(stepsOf)]

/**
 * The number of blocks that the statement touches, and its plan, under the settings of the adapter. Prepared, because
 * EXPLAIN of a statement with parameters shows a plan for their values, and the adapter runs generic plans.
 */
const explain = (url: string, { text }: Statement, values: readonly unknown[]) =>
  withSession(
    url,
    async (client) => {
      await client.query(`prepare examined as ${text}`)
      const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ Plan: Plan }] }>(
        `explain (analyze, buffers, format json) execute examined (${values.map(sqlLiteral).join(', ')})`,
      )
      const plan = rows[0]?.['QUERY PLAN'][0].Plan
      if (plan === undefined) throw new Error('no plan')
      const steps = stepsOf(plan)
      return {
        blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
        nodes: steps.map((step) => step['Node Type']),
        rows: plan['Actual Rows'],
        rowsRemoved: steps.reduce((sum, step) => sum + (step['Rows Removed by Filter'] ?? 0) * step['Actual Loops'], 0),
      }
    },
    clientConfig(defaultTimes),
  )

/** The direct chats of a user with as many others. */
const giveDirectChats = async (client: pg.Client, user: string, chats: number): Promise<void> => {
  await client.query(`with made as (
      insert into chat select gen_random_uuid(), '', '${user}', 1, now() - random() * interval '1 day', 2, now(), now()
      from generate_series(1, ${chats}) returning id
    ), peers as (
      insert into app_user select gen_random_uuid(), id::text, 'a name', now(), now() from made returning id, external_id
    )
    insert into chat_member
    select external_id::uuid, peers.id, 0, null::bigint from peers
    union all select made.id, '${user}'::uuid, 0, null from made`)
}

/** Two users among chats of three members each, and one with direct chats. */
const fillManyChats = async (client: pg.Client, few: string, many: string, direct: string): Promise<void> => {
  const give = (user: string, chats: number) =>
    client.query(`with made as (
        insert into chat select gen_random_uuid(), 'a chat', ${user}, 1, now() - random() * interval '1 day', 3, now(), now()
        from generate_series(1, ${chats}) returning id
      )
      insert into chat_member select made.id, member.id, 0, null
      from made cross join lateral (values (${user}), (gen_random_uuid()), (gen_random_uuid())) as member (id)`)
  await give(`'${few}'::uuid`, 20)
  await give(`'${many}'::uuid`, 5_000)
  await give('gen_random_uuid()', 30_000)
  await giveDirectChats(client, direct, 5_000)
  await client.query('vacuum analyze chat, chat_member')
}

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

describe.skipIf(noStackReason())('reading a page for many members of one room on PostgreSQL', () => {
  it('looks up each member by its key already while the table is small, since connections keep that plan', async () => {
    const room = randomUUID()
    const url = await freshDatabase()
    const members = await withSession(url, async (client) => {
      const { rows } = await client.query<{ user_id: string }>(`insert into chat_member
        select '${room}', gen_random_uuid(), 0, null from generate_series(1, 1000) returning user_id`)
      return rows.map(({ user_id: user }) => user)
    })
    const readers = `{${members.slice(0, 500).join(',')}}`
    const { nodes, rowsRemoved } = await explain(url, readPagesStatement, [[room], [0], [50], [readers], pageBytes])
    expect(nodes).not.toContain('Seq Scan')
    // A filter would compare each member of the room with each of the users.
    expect(rowsRemoved).toBe(0)
  })
})

describe.skipIf(noStackReason())('listing the chats of a user on PostgreSQL', () => {
  const [few, many, direct] = [randomUUID(), randomUUID(), randomUUID()]
  let url = ''
  beforeAll(async () => {
    url = await freshDatabase()
    await withSession(url, (client) => fillManyChats(client, few, many, direct))
  }, 60_000)

  it.each([
    ['20', few, 600],
    ['5,000', many, 16_000],
    ['5,000 direct', direct, 16_000],
  ])(
    'reads 20 of %s chats in one process, with one look at each chat and the members and peers of those listed',
    async (_chats, user, most) => {
      const { blocks, nodes } = await explain(url, listChatsStatement, [user, null, null, 20, pageBytes])
      expect(nodes.filter((node) => node.startsWith('Gather'))).toEqual([])
      expect(blocks).toBeLessThan(most)
    },
  )
})

const [chatsOfViewer, strangers, chatsOfStranger] = [2_000, 1_000, 20]

/** One viewer in many chats, and users in other chats, one of whom shares the viewer's last chat. */
const fillViewer = async (client: pg.Client, viewer: string): Promise<void> => {
  await client.query(`insert into app_user select md5('s' || n)::uuid, 's' || n, null, now(), now()
    from generate_series(1, ${strangers}) n`)
  const chats = `select md5('c' || n)::uuid, 'c', '${viewer}', 1, now(), 1, now(), now() from generate_series(1, ${chatsOfViewer}) n`
  await client.query(`insert into chat ${chats}`)
  await client.query(
    `insert into chat_member select md5('c' || n)::uuid, '${viewer}', 0, null from generate_series(1, ${chatsOfViewer}) n`,
  )
  await client.query(`insert into chat_member select md5('o' || s || '-' || n)::uuid, md5('s' || s)::uuid, 0, null
    from generate_series(1, ${strangers}) s, generate_series(1, ${chatsOfStranger}) n`)
  await client.query(`insert into chat_member values (md5('c${chatsOfViewer}')::uuid, md5('s1')::uuid, 0, null)`)
  await client.query('vacuum analyze')
}

describe.skipIf(noStackReason())('users seen by a viewer with 2,000 chats on PostgreSQL', () => {
  it('finds those of 1,000 users who share a chat, and reads the chats of the viewer once', async () => {
    const viewer = randomUUID()
    const url = await freshDatabase()
    const ids = await withSession(url, async (client) => {
      await fillViewer(client, viewer)
      const { rows } = await client.query<{ id: string }>('select id from app_user')
      return rows.map(({ id }) => id)
    })
    const { blocks, nodes, rows } = await explain(url, readUsersSeenByStatement, [ids, viewer])
    expect(rows).toBe(1)
    expect(nodes).not.toContain('Seq Scan')
    // A probe for each pair of a user and a chat of the viewer would touch millions.
    expect(blocks).toBeLessThan(20_000)
  })
})

describe.skipIf(noStackReason())('the state of members in a room of 100,000 messages on PostgreSQL', () => {
  const [room, creator] = [randomUUID(), randomUUID()]
  const head = messages + 1
  let url = ''
  let members: readonly string[] = []
  beforeAll(async () => {
    url = await freshDatabase()
    members = await withSession(url, async (client) => {
      await fillBigRoom(client, room, creator)
      await client.query('update message set n = seq - 1')
      await client.query('update message set deleted_seq = $1 where seq % 1000 = 0', [head])
      await client.query(`insert into mention select '${room}', '${creator}', seq from message where seq % 10 = 0`)
      const { rows } = await client.query<{ user_id: string }>(`insert into chat_member
        select '${room}', gen_random_uuid(), 0, null from generate_series(1, 500) returning user_id`)
      await client.query('vacuum analyze')
      return rows.map(({ user_id: user }) => user)
    })
  }, 60_000)

  const each = <T>(value: T): readonly T[] => members.map(() => value)

  it('is written for 500 members with a few index probes for each', async () => {
    const values = [each(room), members, each(0), each(head - 3), each(null), each(head)]
    const { blocks, nodes } = await explain(url, markMembersStatement, values)
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(500 * 60)
    const settings = await explain(url, configureMembersStatement, [each(room), members, each(null), each(true)])
    expect(settings.nodes).not.toContain('Seq Scan')
    expect(settings.blocks).toBeLessThan(500 * 20)
  })

  it('counts 90,000 unread messages with a few index probes, and as many entries as there are deleted ones', async () => {
    const { blocks, nodes } = await explain(url, countUnreadStatement, [[room], [creator], [10_000], [true], [head]])
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(300)
  })

  it('is read with the memberships by one probe for each', async () => {
    const { blocks, nodes } = await explain(url, readMarkedMembershipsStatement, [members, 501])
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(500 * 20)
  })
})
