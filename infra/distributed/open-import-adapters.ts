import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { ReadCommandResults } from '../../shared/ports/command-results.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { Addresses, SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import type { PartitionLag } from '../kafka/admin/group-lag.ts'
import { groupLag } from '../kafka/admin/group-lag.ts'
import type { KafkaCommandLogOptions } from '../kafka/command-log.ts'
import { openDatabaseAndLog } from './open-database-and-log.ts'

/** The adapters of `admin import`, which close with the process. */
export interface DistributedImportAdapters {
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly commandResults: ReadCommandResults
  readonly readModel: ReadModel
  /** Resolves when the writers have acknowledged all records that are in the log now. */
  readonly drained: (signal: AbortSignal) => Promise<void>
  /** The commands that others have published since the last call, and those that the writers have not acknowledged. */
  readonly traffic: () => Promise<{ readonly commands: number; readonly lag: number }>
}

const pollMs = 1_000

const drained = async (kafka: KafkaCommandLogOptions, signal: AbortSignal): Promise<void> => {
  const wanted = new Map((await groupLag(kafka)).map(({ partition, end }) => [partition, end]))
  while (!signal.aborted) {
    const partitions = await groupLag(kafka)
    if (partitions.every(({ partition, committed }) => committed >= (wanted.get(partition) ?? 0n))) return
    await sleep(pollMs)
  }
}

const sumOf = (partitions: readonly PartitionLag[], numberOf: (each: PartitionLag) => bigint): number =>
  Number(partitions.reduce((sum, each) => sum + numberOf(each), 0n))

/** Counts the records of a log that this process has not published. */
const measuredLog = (
  { publish }: CommandLog,
  kafka: KafkaCommandLogOptions,
): Pick<DistributedImportAdapters, 'commandLog' | 'traffic'> => {
  let published = 0
  let othersBefore: number | undefined
  return {
    commandLog: {
      publish: async (records) => {
        await publish(records)
        published += records.length
      },
    },
    traffic: async () => {
      const partitions = await groupLag(kafka)
      const others = sumOf(partitions, ({ end }) => end) - published
      const commands = Math.max(0, others - (othersBefore ?? others))
      othersBefore = others
      return { commands, lag: sumOf(partitions, ({ end, committed }) => end - committed) }
    },
  }
}

/** Opens the database and the command log of the service. Needs no Redis. */
export const openImportAdapters = async (
  config: SharedConfig & Pick<Addresses, 'databaseUrl' | 'kafkaBrokers'>,
  service: Pick<ServiceProcess, 'log' | 'life'>,
): Promise<DistributedImportAdapters> => {
  const { database, commandLog, kafka } = await openDatabaseAndLog(config, 'chat-import', service)
  const { commandResults, readModel } = database
  return { ...measuredLog(commandLog, kafka), commandResults, readModel, drained: (signal) => drained(kafka, signal) }
}
