import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { ParkedRooms } from '../../shared/ports/parked-rooms.ts'
import type { RelayPositions } from '../../shared/ports/relay-positions.ts'
import type { EmbeddedConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { createWebhookMetrics } from './relay-metrics.ts'
import type { PushPorts } from './start-push.ts'
import { startPush } from './start-push.ts'
import { startWebhook } from './start-webhook.ts'
import { startStoreRelay } from './store-relay.ts'
import { webhookContent } from './webhook/request-content.ts'
import type { WebhookSink } from './webhook/webhook-sink.ts'

/** The ports of the relays inside the embedded service. */
export interface EmbeddedRelayPorts extends Omit<PushPorts, 'sender' | 'parkedRooms' | 'sinkMetrics'> {
  readonly relayPositions: RelayPositions
  readonly parkedRooms: (sink: string) => ParkedRooms
  readonly openSender: (target: WebhookConfig) => HttpSender
}

/**
 * Starts a relay for each receiver inside the embedded service, with which it stops. The writer reports new events to the
 * returned event streams.
 */
export const startEmbeddedRelays = async (
  config: EmbeddedConfig,
  ports: EmbeddedRelayPorts,
  service: ServiceProcess,
): Promise<readonly EventStream[]> => {
  const { webhook, push, times } = config
  const { eventStore, relayPositions: positions, openSender } = ports
  const metricsOf = createWebhookMetrics(service.metrics.registry)
  const portsOf = (sink: string, target: WebhookConfig) => ({
    ...ports,
    sender: openSender(target),
    parkedRooms: ports.parkedRooms(sink),
    sinkMetrics: metricsOf(sink),
  })
  const relay = (sink: WebhookSink): EventStream => {
    const started = startStoreRelay({ sink, eventStore, positions, clock: systemClock, times, log: service.log })
    service.life.add(`relay to ${sink.name}`, started.stop)
    return started.eventStream
  }
  const sinks = await Promise.all([
    ...(webhook === undefined ? [] : [startWebhook(config, webhook, webhookContent, portsOf('webhook', webhook), service)]),
    ...(push === undefined ? [] : [startPush(config, push, portsOf('push', push), service)]),
  ])
  return sinks.map(relay)
}
