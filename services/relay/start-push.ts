import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { PushReads } from '../../shared/ports/push-reads.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { pushContent } from './push/push-content.ts'
import { createPushMetrics } from './relay-metrics.ts'
import type { WebhookPorts } from './start-webhook.ts'
import { startWebhook } from './start-webhook.ts'
import type { WebhookSink } from './webhook/webhook-sink.ts'

/** The ports of notifications. */
export interface PushPorts extends WebhookPorts {
  readonly pushReads: PushReads
  readonly fanOut: Pick<FanOut, 'listeners'>
}

/** Starts notifications on the system clock. They stop with the process. */
export const startPush = (
  config: Pick<SharedConfig, 'times' | 'bounds'>,
  target: WebhookConfig,
  ports: PushPorts,
  service: Pick<ServiceProcess, 'log' | 'life' | 'metrics'>,
): Promise<WebhookSink> => {
  const { times, bounds } = config
  const content = pushContent({
    reads: ports.pushReads,
    fanOut: ports.fanOut,
    clock: systemClock,
    maxAgeMs: times.pushMaxAgeMs,
    mostMembers: bounds.pushMembers,
    metrics: createPushMetrics(service.metrics.registry),
  })
  return startWebhook(config, target, content, ports, service)
}
