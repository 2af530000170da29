import type { BlockPage, BlockQuery } from '../../../shared/ports/read-model.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { isoText } from '../connection/statement.ts'
import { readBlockCursor, writeCursor } from './cursor.ts'

const listBlocksStatement: Statement = {
  name: 'list-blocks',
  text: `select blocked_id as user, ${isoText('created_at')} as created_at from block
    where user_id = $1::uuid and blocked_id > $2::uuid order by blocked_id limit $3::int + 1`,
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

/** The users whom a user has blocked. Rejects with `CursorError` for a bad cursor. */
export const listBlocks = async (session: DatabaseSession, { user, limit, cursor }: BlockQuery): Promise<BlockPage> => {
  const after = cursor === undefined ? beforeAll : readBlockCursor(cursor).user
  const rows = await session.run<{ user: string; created_at: string }>(listBlocksStatement, [user, after, limit])
  const blocks = rows.slice(0, limit).map((row) => ({ user: row.user, createdAt: row.created_at }))
  const last = blocks.at(-1)
  if (rows.length === blocks.length || last === undefined) return { blocks }
  return { blocks, nextCursor: writeCursor('blocks', { user: last.user }) }
}
