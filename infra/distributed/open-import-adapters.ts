import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { ReadCommandResults } from '../../shared/ports/command-results.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { Addresses, SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { untilDrained } from '../kafka/admin/until-drained.ts'
import type { KafkaCommandLogOptions } from '../kafka/command-log.ts'
import type { CommandTraffic } from './command-traffic.ts'
import { commandTraffic } from './command-traffic.ts'
import { openDatabaseAndLog } from './open-database-and-log.ts'

/** The adapters of `admin import`, which close with the process. */
export interface DistributedImportAdapters {
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly commandResults: ReadCommandResults
  readonly readModel: ReadModel
  /** Resolves when the writers have acknowledged all records that are in the log now. */
  readonly drained: (signal: AbortSignal) => Promise<void>
  readonly traffic: () => Promise<CommandTraffic>
}

/** Counts the records of a log that this process has published. */
const measuredLog = (
  { publish }: CommandLog,
  kafka: KafkaCommandLogOptions,
): Pick<DistributedImportAdapters, 'commandLog' | 'traffic'> => {
  let published = 0
  return {
    commandLog: {
      publish: async (records) => {
        await publish(records)
        published += records.length
      },
    },
    traffic: commandTraffic(kafka, () => published),
  }
}

/** Opens the database and the command log of the service. Needs no Redis. */
export const openImportAdapters = async (
  config: SharedConfig & Pick<Addresses, 'databaseUrl' | 'kafkaBrokers'>,
  service: Pick<ServiceProcess, 'log' | 'life'>,
): Promise<DistributedImportAdapters> => {
  const { database, commandLog, kafka } = await openDatabaseAndLog(config, 'chat-import', service)
  const { commandResults, readModel } = database
  return { ...measuredLog(commandLog, kafka), commandResults, readModel, drained: (signal) => untilDrained(kafka, signal) }
}
