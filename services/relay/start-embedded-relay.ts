import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { ParkedRooms } from '../../shared/ports/parked-rooms.ts'
import type { RelayPositions } from '../../shared/ports/relay-positions.ts'
import type { EmbeddedConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import type { WebhookPorts } from './start-webhook.ts'
import { startWebhook } from './start-webhook.ts'
import { startStoreRelay } from './store-relay.ts'
import { webhookSinkName } from './webhook/webhook-sink.ts'

/** The ports of a relay inside the embedded service. */
export interface EmbeddedRelayPorts extends Omit<WebhookPorts, 'parkedRooms'> {
  readonly relayPositions: RelayPositions
  readonly parkedRooms: (sink: string) => ParkedRooms
}

/** Starts a webhook inside the embedded service, with which it stops. The writer reports new events to the returned event stream. */
export const startEmbeddedRelay = async (
  config: EmbeddedConfig,
  webhook: WebhookConfig,
  ports: EmbeddedRelayPorts,
  service: ServiceProcess,
): Promise<EventStream> => {
  const { log, life } = service
  const { eventStore, relayPositions: positions } = ports
  const parkedRooms = ports.parkedRooms(webhookSinkName)
  const sink = await startWebhook(config, webhook, { ...ports, parkedRooms }, service)
  const relay = startStoreRelay({ sink, eventStore, positions, clock: systemClock, times: config.times, log })
  life.add('relay', relay.stop)
  return relay.eventStream
}
