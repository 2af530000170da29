import { advisoryLocks } from '../connection/advisory-locks.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

const tryLock: Statement = { name: 'lock-writing', text: 'select pg_try_advisory_xact_lock($1) as is_held' }

/** Locks out writers until this transaction ends; throws while a writer runs. */
export const requireNoWriter = async (session: DatabaseSession): Promise<void> => {
  const [row] = await session.run<{ is_held: boolean }>(tryLock, [advisoryLocks.writing])
  if (row?.is_held !== true) throw new Error('a writer is running (or another rebuild): stop all writers first')
}
