import type { UserStream } from '../../../shared/domain/user-stream.ts'
import type { ReadSet, Snapshot } from '../../../shared/ports/event-store.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { UserRow } from '../read-model/user-rows.ts'
import { userCells, userOf } from '../read-model/user-rows.ts'

const readUserStreams: Statement = {
  name: 'read-user-streams',
  text: `select ${userCells}, seq from app_user where id = any($1::uuid[])`,
}

interface UserStreamRow extends UserRow {
  readonly seq: string
}

/**
 * The streams of users. The caller reads the recorded outcomes afterwards: a
 * command that is stored in between has moved the head, so that the append is
 * stale. Few batches need it, so it is not part of the snapshot's statement.
 */
export const readUsers = async (session: DatabaseSession, { userStreams }: ReadSet): Promise<Snapshot['userStreams']> => {
  if (userStreams.length === 0) return new Map()
  const rows = await session.run<UserStreamRow>(readUserStreams, [[...new Set(userStreams)]])
  return new Map(rows.map((row): [string, UserStream] => [row.id, { seq: Number(row.seq), user: userOf(row) }]))
}
