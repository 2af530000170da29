import type { Rejection } from '../../shared/domain/rejections.ts'
import type { CommandKey, Outcome } from '../../shared/ports/event-store.ts'
import { commandKeyText } from '../../shared/ports/event-store.ts'
import type { Session, Statement } from './statement.ts'
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
  readonly rejection: RejectionRow | null
}

/**
 * Rows of (event, rejection), of which one is null, for the commands whose
 * rooms and ids stand in these two parameters. An event wins over a rejection.
 */
const outcomeRows = (rooms: string, ids: string): string => `
  select case when e.stream is null then null else json_build_object(${jsonPairs(eventCells('e'))}) end as event,
    case when e.stream is not null then null else json_build_object('room', r.stream, 'id', r.command_id,
      'digest', r.digest, 'code', r.code, 'message', r.message, 'details', r.details) end as rejection
  from unnest(${rooms}::uuid[], ${ids}::uuid[]) as asked (room, id)
  left join event e on e.stream = asked.room and e.command_id = asked.id
  left join rejection r on r.stream = asked.room and r.command_id = asked.id
  where e.stream is not null or r.stream is not null`

const jsonPairs = (cells: string): string =>
  cells
    .split(', ')
    .map((cell) => `'${cell.split('.')[1]}', ${cell}`)
    .join(', ')

/** As one JSON text, for a statement that asks for other things too. */
export const outcomesJson = (rooms: string, ids: string): string =>
  `(select json_agg(found)::text from (${outcomeRows(rooms, ids)}) as found)`

const rejectionOf = ({ code, message, details }: RejectionRow): Rejection => ({
  type: 'Rejected',
  code,
  message,
  ...(details === null ? {} : { details: JSON.parse(details) as Record<string, unknown> }),
})

const entryOf = ({ event, rejection }: OutcomeRow): readonly (readonly [string, Outcome])[] => {
  if (event !== null) {
    const key = commandKeyText(event.stream, event.command_id)
    return [[key, { kind: 'event', digest: event.digest, event: storedEvent(event) }]]
  }
  if (rejection === null) return []
  const key = commandKeyText(rejection.room, rejection.id)
  return [[key, { kind: 'rejection', digest: rejection.digest, rejection: rejectionOf(rejection) }]]
}

/** By `commandKeyText`. */
export const parseOutcomes = (json: string | null): ReadonlyMap<string, Outcome> =>
  new Map((JSON.parse(json ?? '[]') as readonly OutcomeRow[]).flatMap(entryOf))

const readOutcomesStatement: Statement = {
  name: 'read-outcomes',
  text: `select ${outcomesJson('$1', '$2')} as outcomes`,
}

/** In the order of the keys. */
export const readOutcomes = async (session: Session, keys: readonly CommandKey[]): Promise<readonly (Outcome | undefined)[]> => {
  if (keys.length === 0) return []
  const values = [keys.map(({ room }) => room), keys.map(({ id }) => id)]
  const [row] = await session.run<{ outcomes: string | null }>(readOutcomesStatement, values)
  const found = parseOutcomes(row?.outcomes ?? null)
  return keys.map(({ room, id }) => found.get(commandKeyText(room, id)))
}
