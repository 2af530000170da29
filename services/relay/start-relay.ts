import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { RelayConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { createRelayLag } from './relay-metrics.ts'
import type { WebhookPorts } from './start-webhook.ts'
import { startWebhook } from './start-webhook.ts'
import { startStreamRelay } from './stream-relay.ts'

/** The ports of a relay process. */
export interface RelayPorts extends WebhookPorts {
  readonly consume: CommandLog['consume']
}

/** Starts the relay of the event stream. It stops with the process, and its failure ends the process. */
export const startRelay = async (config: RelayConfig, ports: RelayPorts, service: ServiceProcess): Promise<void> => {
  const { log, life, metrics, onScrape, report } = service
  const { times, sink: name } = config
  const sink = await startWebhook(config, config.webhook, ports, service)
  const consumption = await startStreamRelay({ sink, consume: ports.consume, clock: systemClock, times, log })
  life.add('relay', consumption.stop)
  consumption.failed.catch(life.fatal)
  const lag = createRelayLag(metrics.registry)
  onScrape(() => lag.set(consumption.lag))
  report(() => ({ state: 'ready', details: { sink: name, hasEnded: sink.hasEnded, lag: consumption.lag } }))
}
