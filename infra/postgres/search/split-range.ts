import type { DeletedRange } from '../../../shared/ports/search-index.ts'
import { inParts } from '../../../shared/runtime/async/in-parts.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

const indexedDeletions: Statement = {
  name: 'indexed-deletions',
  text: `select indexed.seq, cardinality(indexed.terms) as terms
    from message_text as indexed join message on message.chat_id = indexed.chat_id and message.seq = indexed.seq
    where indexed.chat_id = $1::uuid and indexed.seq >= $2::bigint and indexed.seq < $3::bigint and message.deleted_seq is not null
    order by indexed.seq`,
}

/** A message whose entries are to be removed. */
interface IndexedRow {
  readonly seq: string
  readonly terms: number
}

/**
 * Splits a range into smaller ones, each with about `mostTerms` entries: the removal of an erasure of 1,000 long messages, which
 * have half a million entries, takes seconds. The whole range is the last one: another relay may have inserted entries meanwhile.
 */
export const splitRange = async (
  session: DatabaseSession,
  { room, from, before }: DeletedRange,
  mostTerms: number,
): Promise<readonly DeletedRange[]> => {
  const rows = await session.run<IndexedRow>(indexedDeletions, [room, from, before])
  const parts = inParts(rows, ({ terms }) => terms, mostTerms)
  if (parts.length <= 1) return [{ room, from, before }]
  const ranges = parts.map((part) => ({ room, from: Number(part[0]?.seq), before: Number(part.at(-1)?.seq) + 1 }))
  return [...ranges, { room, from, before }]
}
