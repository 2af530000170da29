import type { Append, NewEvent, StoredEvent } from '../../../shared/ports/event-store.ts'
import { toStored } from '../../../shared/records/stored-event.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { Changes } from './projection.ts'
import { project } from './projection.ts'
import { changeParameterCount, changeValues, columns, parameters } from './write-changes.ts'

const ownParameterCount = 21

/** The call of the database function. Exported so that a test can examine its plan. */
export const appendBatchStatement: Statement = {
  name: 'append-outcomes',
  text: `select append_outcomes(${parameters(1, ownParameterCount + changeParameterCount)}) as is_appended`,
}

type Head = readonly [room: string, seq: number]

/** Sorts by id, the order in which the function locks rooms, to prevent deadlocks of two appends. */
const byRoom = ([one]: Head, [other]: Head): number => (one < other ? -1 : 1)

const headValues = (heads: Append['heads']): readonly unknown[] => {
  const all = [...heads].sort(byRoom)
  return [
    ...columns<Head>(
      all.filter(([, seq]) => seq > 0),
      ([room]) => room,
      ([, seq]) => seq,
    ),
    ...columns<Head>(
      all.filter(([, seq]) => seq === 0),
      ([room]) => room,
    ),
  ]
}

const byStream = (one: StoredEvent, other: StoredEvent): number => {
  if (one.stream === other.stream) return one.seq - other.seq
  return one.stream < other.stream ? -1 : 1
}

const eventValues = (events: readonly NewEvent[]): readonly unknown[] =>
  columns(
    events.map(toStored).sort(byStream),
    ({ stream }) => stream,
    ({ seq }) => seq,
    ({ type }) => type,
    ({ data }) => data,
    ({ commandId }) => commandId,
    ({ digest }) => digest,
    ({ name }) => name,
    ({ membership }) => (membership === 'none' ? null : membership),
  )

const rejectionValues = ({ rejections, unread }: Append): readonly unknown[] =>
  columns(
    rejections,
    ({ room }) => room,
    ({ commandId }) => commandId,
    ({ digest }) => digest,
    ({ room }) => unread.has(room),
    ({ rejection }) => rejection.code,
    ({ rejection }) => rejection.message,
    ({ rejection }) => (rejection.details === undefined ? null : JSON.stringify(rejection.details)),
  )

/** `keepsDeleted`: the versions of deleted messages are kept in a table of their own. */
const deletionValues = ({ messageChanges: { deleted } }: Changes, keepsDeleted: boolean): readonly unknown[] => [
  ...columns(
    deleted,
    ({ chat_id: chat }) => chat,
    ({ id }) => id,
  ),
  keepsDeleted,
]

/** The expected heads of the streams of users, and the changes of these users. */
const userGroups = ({ userHeads }: Append, { userChanges }: Changes): object | undefined =>
  userHeads.size === 0 ? undefined : { user_heads: [...userHeads].map(([id, seq]) => ({ id, seq })), ...userChanges.rows() }

/** The arguments of the database function `append_outcomes`, in its order. */
export const appendValues = (batch: Append, keepsDeleted: boolean): readonly unknown[] => {
  const changes = project(batch.events.map(({ event }) => event))
  return [
    ...headValues(batch.heads),
    ...eventValues(batch.events),
    ...rejectionValues(batch),
    ...deletionValues(changes, keepsDeleted),
    ...changeValues(changes, userGroups(batch, changes)),
  ]
}

/** Appends a batch. False: nothing was stored, because a head differs or a command has an outcome; a `UniqueKeyError` means the same. */
export const appendBatch = async (session: DatabaseSession, batch: Append, keepsDeleted: boolean): Promise<boolean> => {
  const [row] = await session.run<{ is_appended: boolean }>(appendBatchStatement, appendValues(batch, keepsDeleted))
  return row?.is_appended === true
}
