import type { EventStore } from '../../shared/ports/event-store.ts'
import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { ParkedRooms } from '../../shared/ports/parked-rooms.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { createWebhookMetrics } from './relay-metrics.ts'
import type { WebhookSink } from './webhook/webhook-sink.ts'
import { startWebhookSink } from './webhook/webhook-sink.ts'

/** The ports of a webhook. */
export interface WebhookPorts {
  readonly sender: HttpSender
  readonly eventStore: Pick<EventStore, 'readPages'>
  readonly parkedRooms: ParkedRooms
}

/** Starts a webhook on the system clock. It stops with the process. */
export const startWebhook = async (
  { times, bounds }: Pick<SharedConfig, 'times' | 'bounds'>,
  target: WebhookConfig,
  ports: WebhookPorts,
  { log, life, metrics }: Pick<ServiceProcess, 'log' | 'life' | 'metrics'>,
): Promise<WebhookSink> => {
  const webhookMetrics = createWebhookMetrics(metrics.registry)
  const sink = await startWebhookSink({
    ...ports,
    target,
    clock: systemClock,
    times,
    bounds,
    metrics: webhookMetrics,
    log,
    random: Math.random,
  })
  life.add('webhook', sink.stop)
  return sink
}
