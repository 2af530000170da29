import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { listMembersStatement, listRoleStatement } from '../../../infra/postgres/read-model/member-list.ts'
import { roles } from '../../../shared/domain/roles.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { explain } from './explain.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const members = 10_000
const [room, creator] = [randomUUID(), randomUUID()]
const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

describe.skipIf(noStackReason())('listing the members of a room of 10,000 on PostgreSQL', () => {
  let url = ''
  beforeAll(async () => {
    url = await freshDatabase()
    await withSession(url, async (client) => {
      await client.query(`insert into chat select '${room}', 'large', '${creator}', 1, now(), ${members}, now(), now()`)
      await client.query(`insert into chat_member (chat_id, user_id, since_seq, role)
        select '${room}', case n when 1 then '${creator}' else gen_random_uuid() end, n / 100, case when n % 1000 = 0 then 30 end
        from generate_series(1, ${members}) as n`)
      await client.query(`insert into chat_member (chat_id, user_id, since_seq)
        select gen_random_uuid(), gen_random_uuid(), 0 from generate_series(1, 100000)`)
      await client.query('vacuum analyze')
    })
  }, 60_000)

  it.each([
    ['first', null, null],
    ['middle', 50, last],
    ['last', 99, '00000000-0000-0000-0000-000000000000'],
  ])('reads the %s page by the index, and only its entries', async (_page, since, user) => {
    const { blocks } = await explain(url, listMembersStatement, [room, creator, since, user, null, 50, 100])
    expect(blocks).toBeLessThan(300)
  })

  it.each(['moderator', 'owner'] as const)('reads only the members with a role of their own to find each %s', async (role) => {
    const { blocks } = await explain(url, listRoleStatement, [room, creator, null, null, roles[role], 50, 100])
    expect(blocks).toBeLessThan(100)
  })

  it('pages through all members, each once', async () => {
    const database = await openMigrated(url)
    const seen = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await database.readModel.membersOf({ room, reader: creator, limit: 200, cursor })
      for (const { user } of page?.members ?? []) seen.add(user)
      cursor = page?.nextCursor
    } while (cursor !== undefined)
    expect(seen.size).toBe(members)
    await database.close()
  })
})
