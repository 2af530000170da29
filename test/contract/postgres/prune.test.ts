import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { prune } from '../../../infra/postgres/admin/prune.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { freshDatabase } from './open-postgres.ts'
import { withSession } from './session.ts'

describe.skipIf(noStackReason())('pruning on PostgreSQL', () => {
  it('deletes all rejections older than 30 days, and keeps all newer ones', async () => {
    const url = await freshDatabase()
    const kept = randomUUID()
    await withSession(url, async (client) => {
      const insert = (id: string, age: string, count: number) =>
        client.query(`insert into rejection select ${id}, gen_random_uuid(), 'd', 'forbidden', 'no', null, 1, now() - interval '${age}'
          from generate_series(1, ${count})`)
      await insert('gen_random_uuid()', '31 days', 12_000)
      await insert(`'${kept}'`, '29 days 23 hours', 3)
      const log = recordingLog()
      await prune(url, log)
      await prune(url, log)
      const { rows } = await client.query<{ stream: string }>('select stream from rejection')
      expect(rows.map(({ stream }) => stream)).toEqual([kept, kept, kept])
      expect(log.lines).toEqual([
        'old rejections, canary rooms and dead letters pruned {"pruned":12000,"canaryRooms":0,"deadLetters":0}',
        'old rejections, canary rooms and dead letters pruned {"pruned":0,"canaryRooms":0,"deadLetters":0}',
      ])
    })
  })

  it('deletes all dead letters of relays older than 30 days, and keeps all newer ones', async () => {
    const url = await freshDatabase()
    await withSession(url, async (client) => {
      const insert = (reason: string, age: string, count: number) =>
        client.query(`insert into relay_dead_letter select 'webhook', gen_random_uuid(), n, '${reason}', now() - interval '${age}'
          from generate_series(1, ${count}) as n`)
      await insert('old', '31 days', 6_000)
      await insert('kept', '29 days 23 hours', 2)
      await prune(url, recordingLog())
      const { rows } = await client.query<{ reason: string }>('select reason from relay_dead_letter')
      expect(rows.map(({ reason }) => reason)).toEqual(['kept', 'kept'])
    })
  })

  it('deletes rooms of the audit without events for 30 days, and no other rooms', async () => {
    const url = await freshDatabase()
    await withSession(url, async (client) => {
      const user = async (externalId: string): Promise<string> => {
        const id = randomUUID()
        await client.query(
          `insert into app_user (id, external_id, name, created_at, modified_at) values ($1, $2, 'n', now(), now())`,
          [id, externalId],
        )
        return id
      }
      const chat = async (by: string, name: string, age: string): Promise<string> => {
        const id = randomUUID()
        const at = `now() - interval '${age}'`
        await client.query(
          `insert into chat (id, name, created_by, seq, last_at, member_count, created_at, modified_at)
            values ($1, $2, $3, 1, ${at}, 1, ${at}, ${at})`,
          [id, name, by],
        )
        await client.query('insert into chat_member values ($1, $2, 0, null)', [id, by])
        await client.query(
          `insert into event (stream, seq, v, kind, type, data, command_id, digest) values ($1, 1, 1, 'chat', 'ChatCreated', '{}', $1, 'd')`,
          [id],
        )
        return id
      }
      const [canary, ann] = [await user('chat-canary'), await user('ann')]
      await chat(canary, 'canary', '31 days')
      const kept = [await chat(canary, 'canary', '29 days'), await chat(ann, 'canary', '31 days')]
      await prune(url, recordingLog())
      const left = async (text: string) => (await client.query<{ id: string }>(text)).rows.map(({ id }) => id).toSorted()
      expect(await left('select id from chat')).toEqual(kept.toSorted())
      expect(await left('select stream as id from event')).toEqual(kept.toSorted())
      expect(await left('select chat_id as id from chat_member')).toEqual(kept.toSorted())
    })
  })
})
