import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { prune } from '../../infra/postgres/prune.ts'
import { whyNoStack } from '../support/stack/shared-stack.ts'
import { keepingLog } from './keeping-log.ts'
import { freshDatabase } from './postgres-opening.ts'
import { withSession } from './postgres-session.ts'

describe.skipIf(whyNoStack())('pruning on PostgreSQL', () => {
  it('deletes rejections older than 30 days, however many, and keeps all younger ones', async () => {
    const url = await freshDatabase()
    const kept = randomUUID()
    await withSession(url, async (client) => {
      const insert = (id: string, age: string, count: number) =>
        client.query(`insert into rejection select ${id}, gen_random_uuid(), 'd', 'forbidden', 'no', null, 1, now() - interval '${age}'
          from generate_series(1, ${count})`)
      await insert('gen_random_uuid()', '31 days', 12_000)
      await insert(`'${kept}'`, '29 days 23 hours', 3)
      const log = keepingLog()
      await prune(url, log)
      await prune(url, log)
      const { rows } = await client.query<{ stream: string }>('select stream from rejection')
      expect(rows.map(({ stream }) => stream)).toEqual([kept, kept, kept])
      expect(log.lines).toEqual(['old rejections pruned {"pruned":12000}', 'old rejections pruned {"pruned":0}'])
    })
  })
})
