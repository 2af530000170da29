import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../../infra/postgres/admin/migrate.ts'
import type { Database, DatabaseTimes } from '../../../infra/postgres/database.ts'
import { openDatabase } from '../../../infra/postgres/database.ts'
import type { EmbeddedPostgres } from '../../../infra/postgres/pglite/embedded-postgres.ts'
import { startEmbeddedPostgres } from '../../../infra/postgres/pglite/embedded-postgres.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { openBoundedIndex } from '../search-index/bounded-index.ts'
import type { BoundedSearchStore } from '../search-index/open-search-store.ts'

export interface OpenEmbedded extends BoundedSearchStore {
  readonly embedded: EmbeddedPostgres
  readonly database: Database
}

/** The adapter on PGlite in this folder, migrated. */
export const openEmbedded = async (dataDir: string, times: Partial<DatabaseTimes> = {}): Promise<OpenEmbedded> => {
  const log = recordingLog()
  const embedded = await startEmbeddedPostgres({ dataDir, log })
  await migrate(embedded.url, log)
  const database = await openDatabase({
    url: embedded.url,
    poolMax: 1,
    namedStatements: false,
    applicationName: 'chat-test',
    times: { ...defaultTimes, ...times },
    bounds: defaultBounds,
    log,
  })
  const bounded = openBoundedIndex(embedded.url)
  return {
    store: database.eventStore,
    readModel: database.readModel,
    memberStates: database.memberStates,
    searchIndex: database.searchIndex,
    boundedIndex: bounded.boundedIndex,
    embedded,
    database,
    [Symbol.asyncDispose]: async () => {
      await bounded.close()
      await database.close()
      await embedded.stop()
    },
  }
}

/** An empty folder that is gone afterwards. */
export const scratchFolder = (): { readonly path: string; [Symbol.dispose](): void } => {
  const path = mkdtempSync(join(tmpdir(), 'chat-embedded-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
