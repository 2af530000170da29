import type { Rejection } from '../../../shared/domain/rejections.ts'
import type { CommandResult } from '../../../shared/ports/command-results.ts'
import type { CommandKey } from '../../../shared/ports/event-store.ts'
import { redactedDigest } from '../../../shared/ports/event-store.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

/** Each key costs one probe of three unique indexes. Exported so that a test can examine its plan. */
export const readResultsStatement: Statement = {
  name: 'read-command-results',
  text: `select asked.place, e.digest as event_digest, own.code, own.message, own.details
    from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as asked (room, id, digest, place)
    left join event e on e.stream = asked.room and e.command_id = asked.id
    left join rejection own on own.stream = asked.room and own.command_id = asked.id and own.digest = asked.digest
    left join rejection keeper on keeper.stream = asked.room and keeper.command_id = asked.id
      and keeper.code <> 'forbidden' and keeper.digest <> asked.digest
    where e.stream is not null or own.stream is not null or keeper.stream is not null`,
}

interface ResultRow {
  readonly place: string
  readonly event_digest: string | null
  readonly code: Rejection['code'] | null
  readonly message: string | null
  readonly details: string | null
}

const resultOf = ({ event_digest: found, code, message, details }: ResultRow, digest: string): CommandResult => {
  // The digest of a redacted event is gone: its message was stored, and deleted later.
  if (found === digest || found === redactedDigest) return { kind: 'stored' }
  if (code === null) return { kind: 'conflict' }
  const rest = details === null ? {} : { details: JSON.parse(details) as Record<string, unknown> }
  return { kind: 'rejected', rejection: { type: 'Rejected', code, message: message ?? '', ...rest } }
}

/** The results in the order of the keys. */
export const readCommandResults = async (
  session: DatabaseSession,
  keys: readonly CommandKey[],
): Promise<readonly (CommandResult | undefined)[]> => {
  if (keys.length === 0) return []
  const values = [keys.map(({ room }) => room), keys.map(({ id }) => id), keys.map(({ digest }) => digest)]
  const rows = new Map((await session.run<ResultRow>(readResultsStatement, values)).map((row) => [Number(row.place), row]))
  return keys.map(({ digest }, index) => {
    const row = rows.get(index + 1)
    return row && resultOf(row, digest)
  })
}
