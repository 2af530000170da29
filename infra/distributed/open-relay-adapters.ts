import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { ParkedRooms } from '../../shared/ports/parked-rooms.ts'
import type { PushReads } from '../../shared/ports/push-reads.ts'
import type { SearchIndex } from '../../shared/ports/search-index.ts'
import type { RelayConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { openWebhookSender } from '../http/open-webhook-sender.ts'
import { awaitTopics } from '../kafka/admin/await-topics.ts'
import { createRebalances } from '../kafka/consumer/rebalances.ts'
import { kafkaSecurity } from '../kafka/driver/kafka-security.ts'
import { kafkaEventConsumers } from '../kafka/event-consumers.ts'
import { awaitSchema } from '../postgres/await-schema.ts'
import { createPoolMetrics } from '../postgres/connection/pool-metrics.ts'
import { openDatabase } from '../postgres/database.ts'
import { redisFanOut } from '../redis/redis-fan-out.ts'
import { redisTls } from '../redis/redis-tls.ts'
import { createCertificateMetrics } from '../tls/certificate-metrics.ts'
import { certificateFiles } from './certificate-files.ts'

/** The adapters of a relay in the distributed mode. */
export interface DistributedRelayAdapters {
  readonly consume: CommandLog['consume']
  readonly eventStore: EventStore
  readonly parkedRooms: ParkedRooms
  readonly searchIndex: SearchIndex
  readonly pushReads: PushReads
  /** Opens the sender to a receiver, which closes with the process. */
  readonly openSender: (target: WebhookConfig) => HttpSender
  /** Opens the fan-out, which closes with the process. Redis may be available later. */
  readonly openFanOut: (redisUrl: string) => Promise<FanOut>
}

/** Opens the adapters of a relay, which close with the process. Resolves when the tables and topics are as this program needs them. */
export const openRelayAdapters = async (config: RelayConfig, service: ServiceProcess): Promise<DistributedRelayAdapters> => {
  const { times, bounds, namespace, partitions } = config
  const { log, life, metrics } = service
  const database = await openDatabase({ url: config.databaseUrl, applicationName: 'chat-relay', times, bounds, log })
  life.add('database', database.close)
  createPoolMetrics(metrics.registry, database.poolUse)
  createCertificateMetrics(metrics.registry, certificateFiles(config))
  await awaitSchema(database, log)

  const rebalances = createRebalances(metrics.registry)
  const kafka = {
    brokers: config.kafkaBrokers,
    namespace,
    partitions,
    clientId: 'chat-relay',
    security: kafkaSecurity(config.security),
    times,
    clock: systemClock,
    log,
    onAssignment: () => rebalances.inc(),
  }
  await awaitTopics(kafka, { frameBytes: config.limits.frameBytes, copies: config.replicationFactor })
  const consumers = kafkaEventConsumers(kafka, config.sink)
  life.add('event consumers', consumers.close)
  return {
    consume: consumers.consume,
    eventStore: database.eventStore,
    parkedRooms: database.parkedRooms(config.sink),
    searchIndex: database.searchIndex,
    pushReads: database.pushReads,
    openSender: (target) => {
      const sender = openWebhookSender(target, config)
      life.add('webhook sender', sender.close)
      return sender
    },
    openFanOut: async (url) => {
      const tls = redisTls(config.security)
      const fanOut = await redisFanOut({ url, isCluster: config.redisCluster, tls, namespace, times, log })
      life.add('fan-out', fanOut.close)
      return fanOut
    },
  }
}
