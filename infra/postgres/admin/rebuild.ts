import type { DomainEvent } from '../../../shared/room-events/room-events.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { assertSchema } from '../connection/schema-version.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { project } from '../event-store/projection.ts'
import type { EventRow } from '../event-store/stored-event.ts'
import { eventCells } from '../event-store/stored-event.ts'
import { writeChanges } from '../event-store/write-changes.ts'
import { withAdminConnection } from './admin-connection.ts'
import { requireNoWriter } from './require-no-writer.ts'

const eventsPerStep = 2_000

/** The tables that are computed from events. */
const readModelTables = [
  'mention',
  'attachment',
  'reaction_count',
  'message_reaction',
  'message_edit',
  'message',
  'chat_member',
  'chat',
  'block',
  'app_user',
] as const

/** A writer that has lost its advisory lock unnoticed waits here and times out. Readers continue. */
const holdWrites: Statement = {
  name: 'hold-writes',
  text: `lock table event, ${readModelTables.join(', ')} in share row exclusive mode`,
}

const deletions: readonly Statement[] = readModelTables.map((table) => ({
  name: `empty-${table}`,
  text: `delete from ${table}`,
}))

const readStep: Statement = {
  name: 'read-events-in-order',
  text: `select ${eventCells('event')} from event where (stream, seq) > ($1::uuid, $2::bigint)
    order by stream, seq limit ${eventsPerStep}`,
}

const beforeAll = { stream: '00000000-0000-0000-0000-000000000000', seq: 0 }

/** A domain event from its row. */
const domainEvent = (row: EventRow): DomainEvent =>
  ({
    type: row.type,
    stream: row.stream,
    seq: Number(row.seq),
    commandId: row.command_id,
    digest: row.digest,
    body: JSON.parse(row.data) as unknown,
  }) as DomainEvent

const replay = async (session: DatabaseSession): Promise<number> => {
  let count = 0
  let last: { readonly stream: string; readonly seq: number | string } = beforeAll
  for (;;) {
    const rows = await session.run<EventRow>(readStep, [last.stream, last.seq])
    const end = rows.at(-1)
    if (end === undefined) return count
    await writeChanges(session, project(rows.map(domainEvent)))
    count += rows.length
    last = end
  }
}

/**
 * Empties the read model and fills it from the events alone, in one transaction.
 *
 * Promises:  readers see the old read model until the new one is complete; a
 *            failure or a kill leaves the old one. The result is identical to
 *            the rows that writers produce. Rejects while a writer holds its
 *            lock; no writer gets its lock meanwhile.
 * Does not:  change events, rejections or the epoch.
 */
export const rebuild = (url: string, log: Log): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    const events = await pool.transaction(async (session) => {
      await requireNoWriter(session)
      await session.run(holdWrites)
      for (const deletion of deletions) await session.run(deletion)
      return replay(session)
    })
    log.info({ events }, 'read model rebuilt')
  })
