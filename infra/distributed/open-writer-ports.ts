import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { DistributedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { kafkaEventStream } from '../kafka/event-stream.ts'
import { holdWriterLock } from '../postgres/connection/writer-lock.ts'
import type { DistributedAdapters } from './open-ports.ts'
import { openPorts } from './open-ports.ts'

export interface WriterAdapters extends DistributedAdapters {
  readonly eventStream: EventStream
}

/** A writer's adapters. While the process lives, `rebuild` is kept out. */
export const openWriterPorts = async (config: DistributedConfig, service: ServiceProcess): Promise<WriterAdapters> => {
  const { life, log } = service
  const ports = await openPorts(config, 'chat-writer', service)
  const eventStream = kafkaEventStream(ports.kafka)
  life.add('event stream', eventStream.close)
  const lock = holdWriterLock(config.databaseUrl, { log })
  life.add('writer lock', () => lock[Symbol.asyncDispose]())
  await lock.held
  return { ...ports, eventStream }
}
