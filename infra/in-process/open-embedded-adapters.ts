import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { ReadCommandResults } from '../../shared/ports/command-results.ts'
import type { ErasureReads } from '../../shared/ports/erasure.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { MemberStates } from '../../shared/ports/member-state.ts'
import type { ParkedRooms } from '../../shared/ports/parked-rooms.ts'
import type { PushReads } from '../../shared/ports/push-reads.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { RelayPositions } from '../../shared/ports/relay-positions.ts'
import type { SearchIndex } from '../../shared/ports/search-index.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { migrate } from '../postgres/admin/migrate.ts'
import { SchemaError } from '../postgres/connection/schema-version.ts'
import type { Database } from '../postgres/database.ts'
import { openDatabase } from '../postgres/database.ts'
import { memoryCommandLog } from './memory-command-log.ts'
import { memoryFanOut } from './memory-fan-out.ts'
import type { EmbeddedFiles, EmbeddedFilesConfig } from './open-embedded-files.ts'
import { openEmbeddedFiles } from './open-embedded-files.ts'
import { startPeriodicDeletion } from './periodic-deletion.ts'

/** The adapters of the embedded mode. */
export interface EmbeddedAdapters {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  readonly memberStates: MemberStates
  readonly searchIndex: SearchIndex
  readonly fanOut: FanOut
  readonly files: EmbeddedFiles
  readonly erasureReads: ErasureReads
  /** For a relay inside the process. */
  readonly relayPositions: RelayPositions
  readonly parkedRooms: (sink: string) => ParkedRooms
  readonly pushReads: PushReads
  readonly commandResults: ReadCommandResults
}

/** Checking the schema takes two statements; a migration takes a connection of its own and 0.1 s. */
const bringUpToDate = async (database: Database, migrateIt: () => Promise<void>): Promise<void> => {
  try {
    await database.assertSchema()
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    await migrateIt()
  }
}

/** Opens the adapters of the embedded mode on the database at `url`; they close with the process. Migrates the schema if needed. */
export const openEmbeddedAdapters = async (
  config: Pick<SharedConfig, 'times' | 'deletedKeepDays'> & EmbeddedFilesConfig,
  url: string,
  { log, life }: Pick<ServiceProcess, 'log' | 'life'>,
): Promise<EmbeddedAdapters> => {
  const { times, bounds, deletedKeepDays } = config
  const database = await openDatabase({
    url,
    // All clients of the embedded database share one session.
    poolMax: 1,
    namedStatements: false,
    applicationName: 'chat-embedded',
    times,
    bounds,
    keepsDeleted: deletedKeepDays > 0,
    log,
  })
  life.add('database', database.close)
  await bringUpToDate(database, () => migrate(url, log))
  // No other process uses this database, so none of an older version.
  await database.raiseLevel()
  const deletion = startPeriodicDeletion({
    slices: {
      'old rejections': database.pruneRejections,
      'old dead letters': database.pruneDeadLetters,
      'kept content of deleted messages': (rows) => database.sweepDeleted(deletedKeepDays, rows),
    },
    clock: systemClock,
    log,
  })
  life.add('deletion', deletion.stop)
  const files = await openEmbeddedFiles(config, database, { log, life })

  const fanOut = memoryFanOut({ log })
  life.add('fan-out', fanOut.close)
  const commandLog = memoryCommandLog({ log, clock: systemClock, maxBatchRecords: bounds.writerBatchRecords })
  life.add('command log', commandLog.close)
  return {
    commandLog,
    eventStore: database.eventStore,
    readModel: database.readModel,
    memberStates: database.memberStates,
    searchIndex: database.searchIndex,
    fanOut,
    files,
    erasureReads: database.erasureReads,
    relayPositions: database.relayPositions,
    parkedRooms: database.parkedRooms,
    pushReads: database.pushReads,
    commandResults: database.commandResults,
  }
}
