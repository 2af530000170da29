import { startTracing } from '../../infra/observability/start-tracing.ts'
import { startEmbeddedPostgres } from '../../infra/postgres/pglite/embedded-postgres.ts'
import { readConfig } from '../../shared/runtime/config/config.ts'
import { runMain } from '../../shared/runtime/process/run-main.ts'
import { openProcess } from '../../shared/runtime/process/service-process.ts'
import { importAtStart, importedFile, untilAcknowledged } from './import-at-start.ts'
import { refuseAddresses } from './refuse-addresses.ts'
import { chatAddress, welcome } from './welcome.ts'

/** Loads all modules that the database process does not need, while it starts. */
const loadServices = async () => {
  const [ports, gateway, writer, page] = await Promise.all([
    import('../../infra/in-process/open-embedded-adapters.ts'),
    import('../gateway/gateway-service.ts'),
    import('../writer/start-writer.ts'),
    import('../web/open-page.ts'),
  ])
  return { ...ports, ...gateway, ...writer, ...page }
}

await runMain(async () => {
  const config = readConfig()
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
  const [{ url }, { openEmbeddedAdapters, createGatewayService, startWriter, openPage }] = await Promise.all([starting, loading])
  const ports = await openEmbeddedAdapters(config, url, service)

  const { blobStore, server: fileServer } = ports.files
  const pageReady = config.webPage
    ? openPage(log, { needsToken: config.access.jwt !== undefined, filesOrigin: blobStore.origin })
    : undefined

  const writer = await startWriter(config, { ...ports, eventStream: undefined }, service)

  const file = importedFile(process.argv.slice(2))
  const drained = untilAcknowledged(() => writer.readiness().lag)
  if (file !== undefined) await importAtStart(file, config, { ...ports, drained }, service)

  const page = await pageReady
  // All clients of the embedded database share one session.
  const bounds = { ...config.bounds, databasePool: 1 }
  const gateway = createGatewayService({ ...config, bounds }, { ...ports, rateLimitStore: undefined }, service, {
    page,
    fileServer,
  })
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
