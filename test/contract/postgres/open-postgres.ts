import { migrate } from '../../../infra/postgres/admin/migrate.ts'
import type { Database, DatabaseTimes } from '../../../infra/postgres/database.ts'
import { openDatabase } from '../../../infra/postgres/database.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { sharedStack } from '../../support/stack/shared-stack.ts'
import { openBoundedIndex } from '../search-index/bounded-index.ts'
import type { BoundedSearchStore } from '../search-index/open-search-store.ts'

/** The adapter on a database that is migrated already. */
export const openMigrated = (url: string, times: Partial<DatabaseTimes> = {}): Promise<Database> =>
  openDatabase({
    url,
    applicationName: 'chat-test',
    times: { ...defaultTimes, ...times },
    bounds: defaultBounds,
    log: recordingLog(),
  })

/** Creates and migrates a database on the shared stack; returns its URL. */
export const freshDatabase = async (): Promise<string> => {
  const url = await sharedStack().createDatabase()
  await migrate(url, recordingLog())
  return url
}

/** The adapter on a new database. */
export const openFresh = async (): Promise<BoundedSearchStore> => {
  const url = await freshDatabase()
  const { eventStore, readModel, memberStates, searchIndex, close } = await openMigrated(url)
  const bounded = openBoundedIndex(url)
  return {
    store: eventStore,
    readModel,
    memberStates,
    searchIndex,
    boundedIndex: bounded.boundedIndex,
    [Symbol.asyncDispose]: async () => {
      await bounded.close()
      await close()
    },
  }
}
