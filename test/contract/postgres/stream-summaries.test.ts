import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readNamedSummaries, readSummaries } from '../../../infra/postgres/admin/read-summaries.ts'
import type { SummarySlice } from '../../../infra/postgres/event-store/stream-summaries.ts'
import { streamFindings } from '../../../services/admin/audit/stream-findings.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

describe.skipIf(noStackReason())('the summaries of streams on PostgreSQL', () => {
  it('count the events of deleted messages, and find one that still has its content', async () => {
    const url = await freshDatabase()
    const database = await openMigrated(url)
    const { bob, room, post, edit, remove, react, act } = await roomWithChanges(database.eventStore)
    const [gone, kept] = [randomUUID(), randomUUID()]
    await act(post(bob, 'gone', {}, gone), edit(bob, gone, 'again'), post(bob, 'kept', {}, kept), edit(bob, kept, 'too'))
    await act(react(bob, gone, '+'), remove(bob, gone))
    const summaries = async () => {
      const slices: SummarySlice[] = []
      await readSummaries(url, recordingLog(), (slice) => void slices.push(slice))
      await readNamedSummaries(url, recordingLog(), [room], (slice) => void slices.push(slice))
      return slices.flatMap((slice) => slice.summaries)
    }
    const verified = await summaries()
    expect(verified).toMatchObject(Array.from({ length: 2 }, () => ({ events: 7, messages: 2, redacted: 2, ofDeleted: 2 })))
    expect(verified.flatMap(streamFindings)).toEqual([])
    await withSession(url, (client) => client.query(`update event set digest = 'd' where seq = 3`))
    expect((await summaries()).flatMap(streamFindings)).toMatchObject([{ fault: 'different' }, { fault: 'different' }])
    await database.close()
  })
})
