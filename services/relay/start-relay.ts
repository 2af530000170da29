import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { SearchIndex } from '../../shared/ports/search-index.ts'
import type { RelayConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { createRelayLag, createWebhookMetrics } from './relay-metrics.ts'
import { searchSink } from './search/search-sink.ts'
import type { RelaySink } from './sink.ts'
import type { PushPorts } from './start-push.ts'
import { startPush } from './start-push.ts'
import type { WebhookPorts } from './start-webhook.ts'
import { startWebhook } from './start-webhook.ts'
import { startStreamRelay } from './stream-relay.ts'
import { webhookContent } from './webhook/request-content.ts'
import type { WebhookSink } from './webhook/webhook-sink.ts'

/** The ports of a relay process. */
export interface RelayPorts extends Omit<WebhookPorts, 'sender' | 'sinkMetrics'>, Pick<PushPorts, 'pushReads'> {
  readonly consume: CommandLog['consume']
  readonly searchIndex: SearchIndex
  readonly openSender: (target: WebhookConfig) => HttpSender
  readonly openFanOut: (redisUrl: string) => Promise<PushPorts['fanOut']>
}

/** A sink, and what its readiness shows. */
interface OpenSink {
  readonly sink: RelaySink
  readonly details: () => object
}

const openRequests = async (
  config: Exclude<RelayConfig, { readonly sink: 'search' }>,
  ports: RelayPorts,
  service: ServiceProcess,
): Promise<WebhookSink> => {
  const sinkMetrics = createWebhookMetrics(service.metrics.registry)(config.sink)
  if (config.sink === 'webhook') {
    const sender = ports.openSender(config.webhook)
    return startWebhook(config, config.webhook, webhookContent, { ...ports, sinkMetrics, sender }, service)
  }
  const [sender, fanOut] = [ports.openSender(config.push), await ports.openFanOut(config.redisUrl)]
  return startPush(config, config.push, { ...ports, sinkMetrics, sender, fanOut }, service)
}

const openSink = async (config: RelayConfig, ports: RelayPorts, service: ServiceProcess): Promise<OpenSink> => {
  if (config.sink === 'search') return { sink: searchSink(ports.searchIndex), details: () => ({}) }
  const sink = await openRequests(config, ports, service)
  return { sink, details: () => ({ hasEnded: sink.hasEnded }) }
}

/** Starts the relay of the event stream. It stops with the process, and its failure ends the process. */
export const startRelay = async (config: RelayConfig, ports: RelayPorts, service: ServiceProcess): Promise<void> => {
  const { log, life, metrics, onScrape, report } = service
  const { times, sink: name } = config
  const { sink, details } = await openSink(config, ports, service)
  const consumption = await startStreamRelay({ sink, consume: ports.consume, clock: systemClock, times, log })
  life.add('relay', consumption.stop)
  consumption.failed.catch(life.fatal)
  const lag = createRelayLag(metrics.registry)
  onScrape(() => lag.set(consumption.lag))
  report(() => ({ state: 'ready', details: { sink: name, ...details(), lag: consumption.lag } }))
}
