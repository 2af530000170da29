import type { EventType } from '../../../shared/domain/events.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'

/** What is read of an event, in SQL, from the table of this alias. */
export const eventCells = (alias: string): string =>
  ['stream', 'seq', 'v', 'type', 'data', 'command_id', 'digest'].map((column) => `${alias}.${column}`).join(', ')

export interface EventRow {
  readonly stream: string
  /** Decimal text where the driver reads it, a number where it came as JSON. */
  readonly seq: string | number
  readonly v: number
  readonly type: EventType
  readonly data: string
  readonly command_id: string
  readonly digest: string
}

export const storedEvent = (row: EventRow): StoredEvent => ({
  v: row.v,
  stream: row.stream,
  seq: Number(row.seq),
  type: row.type,
  data: row.data,
  commandId: row.command_id,
  digest: row.digest,
})
