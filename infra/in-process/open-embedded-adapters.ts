import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { migrate } from '../postgres/admin/migrate.ts'
import { SchemaError } from '../postgres/connection/schema-version.ts'
import type { Database } from '../postgres/database.ts'
import { openDatabase } from '../postgres/database.ts'
import { memoryCommandLog } from './memory-command-log.ts'
import { memoryFanOut } from './memory-fan-out.ts'
import { startPeriodicPrune } from './periodic-prune.ts'

export interface EmbeddedAdapters {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  readonly fanOut: FanOut
}

/** To see that nothing is missing takes two statements, to migrate a connection of its own and a tenth of a second. */
const bringUpToDate = async (database: Database, migrateIt: () => Promise<void>): Promise<void> => {
  try {
    await database.assertSchema()
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    await migrateIt()
  }
}

/** The adapters of the embedded mode, on its database's `url`, each closed with the process. Migrates where that is needed. */
export const openEmbeddedAdapters = async (
  { times, bounds }: Pick<SharedConfig, 'times' | 'bounds'>,
  url: string,
  { log, life }: Pick<ServiceProcess, 'log' | 'life'>,
): Promise<EmbeddedAdapters> => {
  const database = await openDatabase({
    url,
    // All clients of the embedded database share one session.
    poolMax: 1,
    namedStatements: false,
    applicationName: 'chat-embedded',
    times,
    bounds,
    log,
  })
  life.add('database', database.close)
  await bringUpToDate(database, () => migrate(url, log))
  // No other process uses this database, so none of an older version.
  await database.raiseLevel()
  const pruning = startPeriodicPrune({ pruneSlice: database.pruneRejections, clock: systemClock, log })
  life.add('pruning', pruning.stop)

  const fanOut = memoryFanOut({ log })
  life.add('fan-out', fanOut.close)
  const commandLog = memoryCommandLog({ log, clock: systemClock, maxBatchRecords: bounds.writerBatchRecords })
  life.add('command log', commandLog.close)
  return { commandLog, eventStore: database.eventStore, readModel: database.readModel, fanOut }
}
