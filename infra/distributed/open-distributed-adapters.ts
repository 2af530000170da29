import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { MemberStates } from '../../shared/ports/member-state.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { DistributedConfig } from '../../shared/runtime/config/config.ts'
import type { KafkaCommandLogOptions } from '../kafka/command-log.ts'
import { redisFanOut } from '../redis/redis-fan-out.ts'
import { redisTls } from '../redis/redis-tls.ts'
import type { OpenedIn } from './open-database-and-log.ts'
import { openDatabaseAndLog } from './open-database-and-log.ts'

/** The adapters that gateways, writers and audits share. */
export interface DistributedAdapters {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  readonly memberStates: MemberStates
  readonly fanOut: FanOut
  /** Options for further adapters on the same brokers. */
  readonly kafka: KafkaCommandLogOptions
}

/**
 * Opens the adapters on Postgres, Redis and Kafka, which close with the process.
 * Resolves when the tables and topics are as this program needs them; Redis may
 * be available later. Rejects with `StartError`.
 */
export const openDistributedAdapters = async (
  config: DistributedConfig,
  name: string,
  service: OpenedIn,
): Promise<DistributedAdapters> => {
  const { redisUrl, redisCluster, namespace, times, security } = config
  const { database, commandLog, kafka } = await openDatabaseAndLog(config, name, service)
  const tls = redisTls(security)
  const fanOut = await redisFanOut({ url: redisUrl, isCluster: redisCluster, tls, namespace, times, log: service.log })
  service.life.add('fan-out', fanOut.close)
  return {
    commandLog,
    eventStore: database.eventStore,
    readModel: database.readModel,
    memberStates: database.memberStates,
    fanOut,
    kafka,
  }
}
