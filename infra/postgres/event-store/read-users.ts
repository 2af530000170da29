import type { BlockPair } from '../../../shared/domain/blocks.ts'
import { blockKeyText } from '../../../shared/domain/blocks.ts'
import type { ReadSet, Snapshot, StoredUser } from '../../../shared/ports/event-store.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { UserRow } from '../read-model/user-rows.ts'
import { userCells, userOf } from '../read-model/user-rows.ts'

const readUserStreams: Statement = {
  name: 'read-user-streams',
  text: `select ${userCells}, seq, (select count(*)::int from block where user_id = app_user.id) as blocks
    from app_user where id = any($1::uuid[])`,
}

const readBlocksStatement: Statement = {
  name: 'read-blocks',
  text: `select found.user_id as "user", found.blocked_id as blocked
    from unnest($1::uuid[], $2::uuid[]) as asked (user_id, blocked_id)
    cross join lateral (
      select * from block where block.user_id = asked.user_id and block.blocked_id = asked.blocked_id limit 1
    ) as found`,
}

interface UserStreamRow extends UserRow {
  readonly seq: string
  readonly blocks: number
}

/**
 * The streams of users. The caller reads the recorded outcomes afterwards: a
 * command that is stored in between has moved the head, so that the append is
 * stale. Few batches need it, so it is not part of the snapshot's statement.
 */
export const readUsers = async (session: DatabaseSession, { userStreams }: ReadSet): Promise<Snapshot['userStreams']> => {
  if (userStreams.length === 0) return new Map()
  const rows = await session.run<UserStreamRow>(readUserStreams, [[...new Set(userStreams)]])
  return new Map(
    rows.map((row): [string, StoredUser] => [row.id, { seq: Number(row.seq), user: userOf(row), blockCount: row.blocks }]),
  )
}

/** The blocks that are set. Few batches ask for any, so they are not part of the snapshot's statement. */
export const readBlocks = async (session: DatabaseSession, { blocks }: ReadSet): Promise<Snapshot['blocks']> => {
  if (blocks.length === 0) return new Set()
  const asked = [...new Map(blocks.map((pair) => [blockKeyText(pair), pair])).values()]
  const rows = await session.run<BlockPair>(readBlocksStatement, [
    asked.map(({ user }) => user),
    asked.map(({ blocked }) => blocked),
  ])
  return new Set(rows.map(blockKeyText))
}
