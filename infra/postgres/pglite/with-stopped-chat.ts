import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

/** Runs `work` on the database of an embedded chat that does not run. Rejects if there is none, or if its process runs. */
export const withStoppedChat = async (dataDir: string, log: Log, work: (url: string) => Promise<void>): Promise<void> => {
  if (!existsSync(dataDir)) {
    throw new Error(`there is no embedded chat in ${resolve(dataDir)}: set DATA_DIR, or DATABASE_URL for a distributed one`)
  }
  const { url, stop } = await startEmbeddedPostgres({ dataDir, log })
  try {
    await work(url)
  } finally {
    await stop()
  }
}
