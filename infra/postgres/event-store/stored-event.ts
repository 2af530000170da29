import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import { storedNames } from '../../../shared/records/stored-event.ts'
import type { MembershipEffect } from '../../../shared/room-events/membership-effect.ts'

/** What is read of an event, in SQL, from the table of this alias. */
export const eventCells = (alias: string): string =>
  ['stream', 'seq', 'v', 'type', 'name', 'membership', 'data', 'command_id', 'digest']
    .map((column) => `${alias}.${column}`)
    .join(', ')

export interface EventRow {
  readonly stream: string
  /** Decimal text where the driver reads it, a number where it came as JSON. */
  readonly seq: string | number
  readonly v: number
  readonly type: string
  /** Null: of a version that did not store it. */
  readonly name: string | null
  /** Null: none, or of a version that did not store it. */
  readonly membership: MembershipEffect | null
  readonly data: string
  readonly command_id: string
  readonly digest: string
}

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
