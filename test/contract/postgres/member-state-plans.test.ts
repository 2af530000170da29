import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { configureMembersStatement } from '../../../infra/postgres/member-state/configure-members.ts'
import { markMembersStatement } from '../../../infra/postgres/member-state/mark-members.ts'
import { countUnreadStatement, readMarkedMembershipsStatement } from '../../../infra/postgres/read-model/unread-memberships.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { fillBigRoom, messages } from './big-room.ts'
import { explain } from './explain.ts'
import { freshDatabase } from './open-postgres.ts'
import { withSession } from './session.ts'

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
    const values = [each(room), members, each(0), each(head - 3), each(null), each(head), each(false)]
    const { blocks, nodes } = await explain(url, markMembersStatement, values)
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(500 * 60)
    const settings = await explain(url, configureMembersStatement, [each(room), members, each(null), each(true)])
    expect(settings.nodes).not.toContain('Seq Scan')
    expect(settings.blocks).toBeLessThan(500 * 20)
  })

  it('is written for 500 own messages with half of the probes, because nothing is counted', async () => {
    const change = (seq: number, withoutResult: boolean) =>
      explain(url, markMembersStatement, [
        each(room),
        members,
        each(null),
        each(null),
        each(seq),
        each(null),
        each(withoutResult),
      ])
    const counted = await change(head - 2, false)
    const own = await change(head - 1, true)
    expect(own.nodes).not.toContain('Seq Scan')
    expect(own.blocks).toBeLessThan(counted.blocks / 2)
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
