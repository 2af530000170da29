import type { Message } from '../../../shared/domain/events.ts'
import type { IndexChange } from '../../../shared/ports/search-index.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { assertSchema } from '../connection/schema-version.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { versionText } from '../read-model/message-list-statement.ts'
import { applyToIndex } from '../search/index-messages.ts'
import { withAdminConnection } from './admin-connection.ts'

const messagesPerStep = 500
const stepsPerReport = 20

/** The key in `meta` of the position of a run that was interrupted: the chat and the seq of the last indexed message. */
const positionKey = 'reindexed'

const readPosition: Statement = { name: 'read-reindexed', text: `select value from meta where key = '${positionKey}'` }
const savePosition: Statement = {
  name: 'save-reindexed',
  text: `insert into meta (key, value) values ('${positionKey}', $1) on conflict (key) do update set value = excluded.value`,
}
const removePosition: Statement = { name: 'remove-reindexed', text: `delete from meta where key = '${positionKey}'` }

const readStep: Statement = {
  name: 'messages-to-index',
  text: `select entry.chat_id, entry.seq, entry.id, event.seq as version, ${versionText} as data
    from (
      select * from message where (chat_id, seq) > ($1::uuid, $2::bigint) order by chat_id, seq limit ${messagesPerStep}
    ) as entry
    join event on event.stream = entry.chat_id and event.seq = coalesce(entry.version_seq, entry.seq)
    order by entry.chat_id, entry.seq`,
}

interface ReindexedRow {
  readonly chat_id: string
  readonly seq: string
  readonly id: string
  readonly version: string
  readonly data: string
}

interface ReindexPosition {
  readonly room: string
  readonly seq: string
}

const beforeAll: ReindexPosition = { room: '00000000-0000-0000-0000-000000000000', seq: '0' }

const storedPosition = async (session: DatabaseSession): Promise<ReindexPosition> => {
  const [row] = await session.run<{ value: string }>(readPosition)
  const [room, seq] = row?.value.split(' ') ?? []
  return room === undefined || seq === undefined ? beforeAll : { room, seq }
}

const changeOf = ({ chat_id: room, id: message, version, data }: ReindexedRow): IndexChange => {
  const { msg: text, user_id: author, deleted } = JSON.parse(data) as Message
  return deleted === true ? { room, message } : { room, message, author, version: Number(version), text }
}

/** Indexes the messages after the position; resolves with the position of the last one, undefined after the last message. */
const indexStep = async (session: DatabaseSession, { room, seq }: ReindexPosition): Promise<ReindexPosition | undefined> => {
  const rows = await session.run<ReindexedRow>(readStep, [room, seq])
  const last = rows.at(-1)
  if (last === undefined) return undefined
  await applyToIndex(session, rows.map(changeOf))
  const next = { room: last.chat_id, seq: last.seq }
  await session.run(savePosition, [`${next.room} ${next.seq}`])
  return next
}

/**
 * Brings the search index up to all messages of the store.
 *
 * Promises:  may run beside all services, and continues after an interruption
 *            where it was. The texts of messages that change meanwhile are not
 *            replaced by older ones.
 * Does not:  remove entries of messages that the store does not have.
 */
export const reindex = (url: string, log: Log): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    let position: ReindexPosition | undefined = await storedPosition(pool)
    for (let steps = 1; position !== undefined; steps += 1) {
      if (steps % stepsPerReport === 0) log.info({ steps, ...position }, 'messages are being indexed')
      position = await indexStep(pool, position)
    }
    await pool.run(removePosition)
    log.info({}, 'all messages are indexed')
  })
