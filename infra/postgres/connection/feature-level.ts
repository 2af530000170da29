import { firstLevel, supportedLevel } from '../../../shared/protocol/feature-level.ts'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import type { DatabaseSession, Statement } from './statement.ts'

/** The store's feature level is higher than this program supports. It ends the start of a process. */
export class LevelError extends StartError {}

const readLevel: Statement = { name: 'read-level', text: `select value from meta where key = 'level'` }

/** Never lowers it, also if another process raises it at the same time. */
const raiseLevel: Statement = {
  name: 'raise-level',
  text: `update meta set value = $1::text where key = 'level' and value::int < $1::int`,
}

/** The store's feature level. */
export const levelOf = async (session: DatabaseSession): Promise<number> => {
  const [row] = await session.run<{ value: string }>(readLevel)
  return row === undefined ? firstLevel : Number(row.value)
}

/**
 * Throws `LevelError` where the store's level is higher than this program
 * supports: clients use events of that level already, which this program would
 * refuse, or decide without the rules that they depend on.
 */
export const assertLevel = async (session: DatabaseSession): Promise<void> => {
  const level = await levelOf(session)
  if (level <= supportedLevel) return
  throw new LevelError(
    `the store has feature level ${level}, and this version supports ${supportedLevel} at most: run a version that supports level ${level}`,
  )
}

/** Raises the store's level to the one that this program supports. Throws `LevelError` where the store's is higher. */
export const raiseToSupported = async (session: DatabaseSession): Promise<void> => {
  await assertLevel(session)
  await session.run(raiseLevel, [supportedLevel])
}
