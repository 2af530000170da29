import type { Rejection } from '../../../shared/domain/rejections.ts'
import type { CommandKey, RecordedOutcome } from '../../../shared/ports/event-store.ts'
import { commandKeyText, isOutcomeOf } from '../../../shared/ports/event-store.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { EventRow } from './stored-event.ts'
import { eventCells, storedEvent } from './stored-event.ts'

interface RejectionRow {
  readonly room: string
  readonly id: string
  readonly digest: string
  readonly code: Rejection['code']
  readonly message: string
  readonly details: string | null
}

interface OutcomeRow {
  readonly event: EventRow | null
  readonly own: RejectionRow | null
  readonly keeper: RejectionRow | null
}

const rejectionJson = (alias: string): string => `case when ${alias}.stream is null then null
  else json_build_object('room', ${alias}.stream, 'id', ${alias}.command_id, 'digest', ${alias}.digest,
    'code', ${alias}.code, 'message', ${alias}.message, 'details', ${alias}.details) end`

/**
 * One row for each command with a recorded outcome: the event with its id, the
 * rejection with its digest, and the rejection that holds its id. Each costs one
 * probe of a unique index, however many `forbidden` an id has.
 */
const outcomeRows = (rooms: string, ids: string, digests: string): string => `
  select case when e.stream is null then null else json_build_object(${jsonPairs(eventCells('e'))}) end as event,
    ${rejectionJson('own')} as own, ${rejectionJson('keeper')} as keeper
  from unnest(${rooms}::uuid[], ${ids}::uuid[], ${digests}::text[]) as asked (room, id, digest)
  left join event e on e.stream = asked.room and e.command_id = asked.id
  left join rejection own on own.stream = asked.room and own.command_id = asked.id and own.digest = asked.digest
  left join rejection keeper on keeper.stream = asked.room and keeper.command_id = asked.id
    and keeper.code <> 'forbidden' and keeper.digest <> asked.digest
  where e.stream is not null or own.stream is not null or keeper.stream is not null`

const jsonPairs = (cells: string): string =>
  cells
    .split(', ')
    .map((cell) => `'${cell.split('.')[1]}', ${cell}`)
    .join(', ')

/** SQL for the outcomes as one JSON text, to be part of a larger statement. */
export const outcomesJson = (rooms: string, ids: string, digests: string): string =>
  `(select json_agg(found)::text from (${outcomeRows(rooms, ids, digests)}) as found)`

const rejectionOf = ({ code, message, details }: RejectionRow): Rejection => ({
  type: 'Rejected',
  code,
  message,
  ...(details === null ? {} : { details: JSON.parse(details) as Record<string, unknown> }),
})

type OutcomeEntry = readonly [key: string, outcome: RecordedOutcome]

const eventEntry = (event: EventRow): OutcomeEntry => [
  commandKeyText(event.stream, event.command_id),
  { kind: 'event', digest: event.digest, event: storedEvent(event) },
]

const rejectionEntry = (row: RejectionRow): OutcomeEntry => [
  commandKeyText(row.room, row.id),
  { kind: 'rejection', digest: row.digest, rejection: rejectionOf(row) },
]

const entriesOf = ({ event, own, keeper }: OutcomeRow): readonly OutcomeEntry[] => [
  ...(event === null ? [] : [eventEntry(event)]),
  ...(own === null ? [] : [rejectionEntry(own)]),
  ...(keeper === null ? [] : [rejectionEntry(keeper)]),
]

/** Parses the JSON text of `outcomesJson` into outcomes by `commandKeyText`. */
export const parseOutcomes = (json: string | null): ReadonlyMap<string, readonly RecordedOutcome[]> => {
  const entries = (JSON.parse(json ?? '[]') as readonly OutcomeRow[]).flatMap(entriesOf)
  const byKey = Map.groupBy(entries, ([key]) => key)
  return new Map([...byKey].map(([key, ofIt]) => [key, ofIt.map(([, outcome]) => outcome)]))
}

const readOutcomesStatement: Statement = {
  name: 'read-outcomes',
  text: `select ${outcomesJson('$1', '$2', '$3')} as outcomes`,
}

/** The outcomes in the order of the keys. */
export const readOutcomes = async (
  session: DatabaseSession,
  keys: readonly CommandKey[],
): Promise<readonly (RecordedOutcome | undefined)[]> => {
  if (keys.length === 0) return []
  const values = [keys.map(({ room }) => room), keys.map(({ id }) => id), keys.map(({ digest }) => digest)]
  const [row] = await session.run<{ outcomes: string | null }>(readOutcomesStatement, values)
  const found = parseOutcomes(row?.outcomes ?? null)
  return keys.map(({ room, id, digest }) => found.get(commandKeyText(room, id))?.find(isOutcomeOf(digest)))
}
