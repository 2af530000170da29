import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import { storedNames } from '../../../shared/records/stored-event.ts'
import type { MembershipEffect } from '../../../shared/room-events/membership-effect.ts'

/** SQL for the columns of an event, from the table with this alias. */
export const eventCells = (alias: string): string =>
  ['stream', 'seq', 'v', 'type', 'name', 'membership', 'data', 'command_id', 'digest']
    .map((column) => `${alias}.${column}`)
    .join(', ')

/** A row of `eventCells`. */
export interface EventRow {
  readonly stream: string
  /** Decimal text from the driver, a number from JSON. */
  readonly seq: string | number
  readonly v: number
  readonly type: string
  /** Null: the event was stored by a version without this column. */
  readonly name: string | null
  /** Null: no effect, or the event was stored by a version without this column. */
  readonly membership: MembershipEffect | null
  readonly data: string
  readonly command_id: string
  readonly digest: string
}

/** The stored event of a row. */
export const storedEvent = (row: EventRow): StoredEvent => ({
  v: row.v,
  stream: row.stream,
  seq: Number(row.seq),
  type: row.type,
  ...storedNames(row.type, row),
  data: row.data,
  commandId: row.command_id,
  digest: row.digest,
})
