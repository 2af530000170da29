import type { EmbeddedAdapters } from '../../infra/in-process/open-embedded-adapters.ts'
import { startTracing } from '../../infra/observability/start-tracing.ts'
import { startEmbeddedPostgres } from '../../infra/postgres/pglite/embedded-postgres.ts'
import type { EmbeddedConfig } from '../../shared/runtime/config/config.ts'
import { readConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import { runMain } from '../../shared/runtime/process/run-main.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { openProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { eraseAtStart } from './erase-at-start.ts'
import { importAtStart, untilAcknowledged } from './import-at-start.ts'
import { refuseAddresses } from './refuse-addresses.ts'
import { readStartArguments } from './start-arguments.ts'
import { chatAddress, welcome } from './welcome.ts'

/** Loaded only with a receiver. The relays end after the writer, whose events they relay. */
const startRelays = async (config: EmbeddedConfig, ports: EmbeddedAdapters, service: ServiceProcess) => {
  if (config.webhook === undefined && config.push === undefined) return []
  const [{ openWebhookSender }, { startEmbeddedRelays }] = await Promise.all([
    import('../../infra/http/open-webhook-sender.ts'),
    import('../relay/start-embedded-relay.ts'),
  ])
  const openSender = (target: WebhookConfig) => {
    const sender = openWebhookSender(target, config)
    service.life.add('webhook sender', sender.close)
    return sender
  }
  return startEmbeddedRelays(config, { ...ports, openSender }, service)
}

/** Loaded only with a check before sending. */
const openPreSend = async (config: EmbeddedConfig, { life }: ServiceProcess) => {
  if (config.preSend === undefined) return undefined
  const { openPreSendSender } = await import('../../infra/http/open-pre-send-sender.ts')
  const sender = openPreSendSender(config)
  if (sender !== undefined) life.add('pre-send sender', sender.close)
  return sender
}

/** Loads all modules that the database process does not need, while it starts. */
const loadServices = async () => {
  const [ports, deletion, expiry, gateway, writer, page, index, join] = await Promise.all([
    import('../../infra/in-process/open-embedded-adapters.ts'),
    import('../../infra/in-process/periodic-deletion.ts'),
    import('../admin/erasure/expire-messages.ts'),
    import('../gateway/gateway-service.ts'),
    import('../writer/start-writer.ts'),
    import('../web/open-page.ts'),
    import('./index-messages.ts'),
    import('./join-event-streams.ts'),
  ])
  return { ...ports, ...deletion, ...expiry, ...gateway, ...writer, ...page, ...index, ...join }
}

await runMain(async () => {
  const config = readConfig()
  const { importedFile, erased } = readStartArguments(process.argv.slice(2))
  refuseAddresses(config)
  const service = await openProcess(config, 'embedded')
  await startTracing(config, 'embedded', service)
  const { log, life } = service

  const starting = startEmbeddedPostgres({ dataDir: config.dataDir, log }).then((embedded) => {
    life.add('embedded database', embedded.stop)
    embedded.failed.catch(life.fatal)
    return embedded
  })
  const loading = loadServices()
  const [{ url }, services] = await Promise.all([starting, loading])
  const { openEmbeddedAdapters, createGatewayService, startWriter, openPage, startPeriodicDeletion, expireMessages } = services
  const { indexMessages, joinEventStreams } = services
  const ports = await openEmbeddedAdapters(config, url, service)

  const { blobStore, server: fileServer } = ports.files
  const pageReady = config.webPage
    ? openPage(log, { needsToken: config.access.jwt !== undefined, filesOrigin: blobStore.origin })
    : undefined

  const eventStreams = [
    ...(config.search ? [indexMessages(config, ports, service)] : []),
    ...(await startRelays(config, ports, service)),
  ]
  const writer = await startWriter(config, { ...ports, eventStream: joinEventStreams(eventStreams) }, service)

  // No Kafka: the writer of this process erases what is too old.
  const drained = untilAcknowledged(() => writer.readiness().lag)
  const erasures = { ...ports, reads: ports.erasureReads, drained, clock: systemClock, log }
  const expire = () => expireMessages(erasures, config.retentionDays)
  const old = { 'messages older than the retention': async () => (await expire()).messages }
  life.add('expiry', startPeriodicDeletion({ slices: old, clock: systemClock, log }).stop)
  if (importedFile !== undefined) await importAtStart(importedFile, config, { ...ports, drained }, service)
  if (erased !== undefined) process.stdout.write(`${JSON.stringify(await eraseAtStart(erasures, erased))}\n`)

  const page = await pageReady
  // All clients of the embedded database share one session.
  const bounds = { ...config.bounds, databasePool: 1 }
  const searchIndex = config.search ? ports.searchIndex : undefined
  const preSendSender = await openPreSend(config, service)
  const adapters = { ...ports, searchIndex, rateLimitStore: undefined, preSendSender }
  const gateway = createGatewayService({ ...config, bounds }, adapters, service, { page, fileServer })
  life.add('gateway', gateway.drain)
  const { port } = await gateway.start()
  service.report(() => {
    const { state, details } = gateway.readiness()
    return { state, details: { ...details, writer: writer.readiness() } }
  })
  const { host, access } = config
  const { internalPort } = service
  const at = { host, port, hasPage: page !== undefined }
  if (process.stdout.isTTY) process.stdout.write(welcome({ ...at, internalPort, access }))
  else log.info({ address: chatAddress(at) }, 'the chat is ready')
})
