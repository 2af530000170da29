import type { NewEvent, StoredRejection } from '../../shared/ports/event-store.ts'
import type { Session, Statement } from './statement.ts'
import { columns } from './write-changes.ts'

const storedVersion = 1

const insertEvents: Statement = {
  name: 'insert-events',
  text: `insert into event (stream, seq, v, kind, type, data, command_id, digest)
    select stream, seq, ${storedVersion}, kind, type, data, command_id, digest
    from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[])
      as new (stream, seq, kind, type, data, command_id, digest)`,
}

const insertRejections: Statement = {
  name: 'insert-rejections',
  text: `insert into rejection (stream, command_id, digest, code, message, details, v)
    select room, id, digest, code, message, details, ${storedVersion}
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
      as new (room, id, digest, code, message, details)`,
}

const byStream = (one: NewEvent, other: NewEvent): number => {
  if (one.event.stream === other.event.stream) return one.event.seq - other.event.seq
  return one.event.stream < other.event.stream ? -1 : 1
}

/** In stream order: two writers that make the same new rooms meet at the first of them, not in a circle. */
export const appendEvents = async (session: Session, events: readonly NewEvent[]): Promise<void> => {
  if (events.length === 0) return
  await session.run(
    insertEvents,
    columns(
      events.toSorted(byStream),
      ({ event }) => event.stream,
      ({ event }) => event.seq,
      ({ event }) => (event.type === 'UserCreated' ? 'user' : 'chat'),
      ({ event }) => event.type,
      ({ data }) => data,
      ({ event }) => event.commandId,
      ({ event }) => event.digest,
    ),
  )
}

export const appendRejections = async (session: Session, rejections: readonly StoredRejection[]): Promise<void> => {
  if (rejections.length === 0) return
  await session.run(
    insertRejections,
    columns(
      rejections,
      ({ room }) => room,
      ({ commandId }) => commandId,
      ({ digest }) => digest,
      ({ rejection }) => rejection.code,
      ({ rejection }) => rejection.message,
      ({ rejection }) => (rejection.details === undefined ? null : JSON.stringify(rejection.details)),
    ),
  )
}
