import type { EventStore } from '../../shared/ports/event-store.ts'
import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { ParkedRooms } from '../../shared/ports/parked-rooms.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import type { RequestContent } from './webhook/request-content.ts'
import type { WebhookMetrics } from './webhook/webhook-deps.ts'
import type { WebhookSink } from './webhook/webhook-sink.ts'
import { startWebhookSink } from './webhook/webhook-sink.ts'

/** The ports of a sink of requests, and its observers. */
export interface WebhookPorts {
  readonly sender: HttpSender
  readonly eventStore: Pick<EventStore, 'readPages'>
  readonly parkedRooms: ParkedRooms
  readonly sinkMetrics: WebhookMetrics
}

/** Starts a sink of requests on the system clock. It stops with the process. */
export const startWebhook = async (
  { times, bounds }: Pick<SharedConfig, 'times' | 'bounds'>,
  target: WebhookConfig,
  content: RequestContent,
  { sender, eventStore, parkedRooms, sinkMetrics }: WebhookPorts,
  { log, life }: Pick<ServiceProcess, 'log' | 'life'>,
): Promise<WebhookSink> => {
  const sink = await startWebhookSink({
    sender,
    eventStore,
    parkedRooms,
    target,
    content,
    clock: systemClock,
    times,
    bounds,
    metrics: sinkMetrics,
    log,
    random: Math.random,
  })
  life.add(content.sink, sink.stop)
  return sink
}
