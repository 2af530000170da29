import type { ReadSet, Snapshot } from '../../../shared/ports/event-store.ts'
import { chunks } from '../../../shared/runtime/async/chunks.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

/** Counting the chats of a user reads as many index entries; a statement with more users could exceed its time-out at every attempt. */
const usersPerStatement = 100

const countChatsStatement: Statement = {
  name: 'count-chats',
  text: `select asked.id, (
      select count(*)::int from (select from chat_member where user_id = asked.id and until_seq is null limit $2::int) as present
    ) as chats from unnest($1::uuid[]) as asked (id)`,
}

/** Counts present chats by user. Not part of the snapshot, because other rooms may change a count until the commit anyway. */
export const countChats = async (
  session: DatabaseSession,
  { users, upTo }: ReadSet['chatCounts'],
): Promise<Snapshot['chatCounts']> => {
  const counts = new Map<string, number>()
  for (const some of chunks([...new Set(users)], usersPerStatement)) {
    const rows = await session.run<{ id: string; chats: number }>(countChatsStatement, [some, upTo])
    for (const { id, chats } of rows) counts.set(id, chats)
  }
  return counts
}
