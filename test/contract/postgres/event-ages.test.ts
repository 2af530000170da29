import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readAges } from '../../../infra/postgres/admin/read-summaries.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { freshDatabase } from './open-postgres.ts'
import { withSession } from './session.ts'

describe.skipIf(noStackReason())('the ages of events on PostgreSQL', () => {
  it('are returned for existing events, by the clock of the database', async () => {
    const url = await freshDatabase()
    const stream = randomUUID()
    await withSession(url, (client) =>
      client.query(
        `insert into event (stream, seq, v, kind, type, data, command_id, digest, recorded_at)
          select '${stream}', n, 1, 'chat', 'MessagePosted', '{}', gen_random_uuid(), 'd', now() - n * interval '1 hour'
          from generate_series(1, 3) n`,
      ),
    )
    const wanted = [
      { stream, seq: 2 },
      { stream, seq: 4 },
      { stream: 'not an id', seq: 1 },
      { stream: randomUUID(), seq: 1 },
    ]
    const ages = await readAges(url, recordingLog(), wanted)
    expect(ages).toMatchObject([{ stream, seq: 2 }])
    expect(Math.abs((ages[0]?.ageMs ?? 0) - 2 * 3_600_000)).toBeLessThan(60_000)
  })
})
