import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../infra/postgres/database.ts'
import { readNotifiableStatement, readPushStatement } from '../../../infra/postgres/relay/push-reads.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { roomWithRoles } from '../room-with-roles.ts'
import { append, userCreated } from '../stored-chat.ts'
import { explain } from './explain.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const seqOf = (outcome: unknown): number => (outcome as { seq: number }).seq

describe.skipIf(noStackReason())('The reads of notifications on PostgreSQL', () => {
  let url: string
  let database: Database
  beforeAll(async () => {
    url = await freshDatabase()
    database = await openMigrated(url)
  })
  afterAll(() => database.close())

  const people = async () => {
    const [ann, bob] = [randomUUID(), randomUUID()]
    await append(database.eventStore, userCreated(ann, `ext-${ann}`, 'Ann'), userCreated(bob, `ext-${bob}`))
    return { ann, bob }
  }
  const membersOf = (room: string, mentioned: readonly string[], most: number) =>
    database.pushReads.members(room, mentioned, most)

  it('have each present member with the start of its membership, its marker and its mute', async () => {
    const { ann, bob, cyd, room, act, add, remove, post } = await roomWithRoles(database.eventStore)
    await act(post(ann), add(ann, [cyd]), post(ann))
    const [inOneHour, anHourAgo] = [3_600_000, -3_600_000].map((ms) => new Date(Date.now() + ms).toISOString())
    await database.memberStates.mark([{ room, user: bob, read: { gen: 0, seq: 2 } }])
    await database.memberStates.configure([
      { room, user: bob, mutedUntil: inOneHour },
      { room, user: cyd, mutedUntil: anHourAgo },
    ])
    const members = new Map((await membersOf(room, [], 1_000)).map((member) => [member.user, member]))
    expect(Object.fromEntries(members)).toEqual({
      [ann]: { user: ann, since: 0, readUpTo: 0, isMuted: false },
      [bob]: { user: bob, since: 0, readUpTo: 2, isMuted: true },
      [cyd]: { user: cyd, since: 2, readUpTo: 2, isMuted: false },
    })
    await act(remove(ann, [bob]))
    expect((await membersOf(room, [bob], 1_000)).map(({ user }) => user).toSorted()).toEqual([ann, cyd].toSorted())
  })

  it('have only the mentioned members of a chat with more members than the bound', async () => {
    const { ann, bob, cyd, room } = await roomWithRoles(database.eventStore)
    expect(await membersOf(room, [], 2)).toHaveLength(2)
    expect((await membersOf(room, [bob, cyd], 1)).map(({ user }) => user)).toEqual([bob])
    expect(await membersOf(room, [], 1)).toEqual([])
    expect(await membersOf(randomUUID(), [ann], 1_000)).toEqual([])
  })

  it('have the newest text of a message, its author, and the unread messages of each member who is asked for', async () => {
    const { ann, bob } = await people()
    const { room, stranger, act, post, edit } = await roomWithChanges(database.eventStore, { ann, bob })
    const id = randomUUID()
    const [posted] = await act(post(ann, 'first', {}, id))
    await act(edit(ann, id, 'edited'), post(ann, 'second'))
    const read = () => database.pushReads.read(room, seqOf(posted), [bob, stranger, ann])
    expect(await read()).toMatchObject({
      chat: { name: 'a room' },
      author: { user: ann, externalUserId: `ext-${ann}`, name: 'Ann' },
      recipients: [
        { user: bob, externalUserId: `ext-${bob}`, unread: 2 },
        { user: ann, externalUserId: `ext-${ann}`, unread: 2 },
      ],
    })
    expect(JSON.parse((await read())?.message ?? '')).toMatchObject({ id, msg: 'edited', user_id: ann })
    await database.memberStates.mark([{ room, user: bob, read: { gen: 0, seq: seqOf(posted) } }])
    expect((await read())?.recipients[0]).toMatchObject({ user: bob, unread: 1 })
  })

  it('have nothing of a message that is deleted, and of an event that is not a message', async () => {
    const { ann, bob } = await people()
    const { room, act, post, remove } = await roomWithChanges(database.eventStore, { ann, bob })
    const id = randomUUID()
    const [posted] = await act(post(ann, 'canary', {}, id))
    expect((await database.pushReads.read(room, seqOf(posted), [bob]))?.message).toContain('canary')
    await act(remove(ann, id))
    expect(await database.pushReads.read(room, seqOf(posted), [bob])).toBeUndefined()
    expect(await database.pushReads.read(room, 1, [bob])).toBeUndefined()
  })

  describe('in a chat of 1,000 members, beside one of 20,000', () => {
    const [small, large] = [randomUUID(), randomUUID()]
    let users: readonly string[] = []
    beforeAll(async () => {
      users = await withSession(url, async (client) => {
        const { rows } = await client.query<{ id: string }>(`insert into app_user (id, external_id, created_at, modified_at)
          select id, 'many-' || id, now(), now() from (select gen_random_uuid() as id from generate_series(1, 20000)) as ids
          returning id`)
        const ids = rows.map(({ id }) => id)
        for (const [room, count] of [
          [small, 1_000],
          [large, 20_000],
        ] as const) {
          await client.query(
            `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
             values ($1, 'many', $2, 2, now(), $3, now(), now())`,
            [room, ids[0], count],
          )
          await client.query(
            'insert into chat_member (chat_id, user_id, since_seq) select $1, id, 0 from unnest($2::uuid[]) as id',
            [room, ids.slice(0, count)],
          )
          await client.query(
            `insert into event (stream, seq, v, kind, type, name, data, command_id, digest)
             values ($1, 2, 1, 'chat', 'MessagePosted', 'new-message', '{}', gen_random_uuid(), 'd')`,
            [room],
          )
          await client.query(
            `insert into message (chat_id, seq, id, created_at, user_id, type, n) values ($1, 2, gen_random_uuid(), now(), $2, 'text', 1)`,
            [room, ids[0]],
          )
        }
        await client.query('vacuum analyze')
        return ids
      })
    }, 60_000)

    it('read a few index entries for each member', async () => {
      const { blocks, nodes, rows } = await explain(url, readNotifiableStatement, [small, [], 1_000])
      expect(rows).toBe(1_000)
      expect(nodes).not.toContain('Seq Scan')
      expect(blocks).toBeLessThan(1_000 * 6)
    })

    it('read only the mentioned members of the large chat', async () => {
      const { blocks, nodes, rows } = await explain(url, readNotifiableStatement, [large, users.slice(0, 64), 1_000])
      expect(rows).toBe(64)
      expect(nodes).not.toContain('Seq Scan')
      expect(blocks).toBeLessThan(64 * 20)
    })

    it('count unread messages with a few index probes for each recipient', async () => {
      const { blocks, nodes } = await explain(url, readPushStatement, [small, 2, users.slice(0, 1_000)])
      expect(nodes).not.toContain('Seq Scan')
      expect(blocks).toBeLessThan(1_000 * 40)
    })
  })
})
