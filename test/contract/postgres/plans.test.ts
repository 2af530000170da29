import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { readPagesStatement } from '../../../infra/postgres/event-store/pages.ts'
import { listChatsStatement } from '../../../infra/postgres/read-model/chat-list.ts'
import { readUsersSeenByStatement } from '../../../infra/postgres/read-model/read-model.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { pageBytes } from './big-room.ts'
import { explain } from './explain.ts'
import { freshDatabase } from './open-postgres.ts'
import { withSession } from './session.ts'

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
