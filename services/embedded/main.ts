import { memoryCommandLog } from '../../infra/in-process/memory-command-log.ts'
import { memoryFanOut } from '../../infra/in-process/memory-fan-out.ts'
import { startTracing } from '../../infra/observability/start-tracing.ts'
import { openDatabase } from '../../infra/postgres/database.ts'
import { startEmbeddedPostgres } from '../../infra/postgres/embedded/embedded-postgres.ts'
import { migrate } from '../../infra/postgres/migrate.ts'
import { readConfig } from '../../shared/runtime/config.ts'
import { runMain } from '../../shared/runtime/run-main.ts'
import { openProcess } from '../../shared/runtime/service-process.ts'
import { systemClock } from '../../shared/runtime/system-clock.ts'
import { createGatewayService } from '../gateway/gateway-service.ts'
import { openPage } from '../web/open-page.ts'
import { startWriter } from '../writer/start-writer.ts'
import { refuseAddresses } from './refuse-addresses.ts'
import { welcome } from './welcome.ts'

await runMain(async () => {
  const config = readConfig()
  refuseAddresses(config)
  const service = await openProcess(config, 'embedded')
  await startTracing(config, 'embedded', service)
  const { log, life } = service
  const { times, bounds } = config

  // Meanwhile the database starts.
  const pageReady = config.webPage ? openPage(log, { needsToken: config.access.jwt !== undefined }) : undefined
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log })
  life.add('embedded database', embedded.stop)
  embedded.failed.catch(life.fatal)
  await migrate(embedded.url, log)
  const database = await openDatabase({
    url: embedded.url,
    // All clients of the embedded database share one session.
    poolMax: 1,
    namedStatements: false,
    applicationName: 'chat-embedded',
    times,
    bounds,
    log,
  })
  life.add('database', database.close)
  const { eventStore, readModel } = database

  const fanOut = memoryFanOut({ log })
  life.add('fan-out', fanOut.close)
  const commandLog = memoryCommandLog({ log, clock: systemClock, maxBatchRecords: bounds.writerBatchRecords })
  life.add('command log', commandLog.close)

  const writer = await startWriter(config, { commandLog, eventStore, fanOut, eventStream: undefined }, service)

  const page = await pageReady
  const gateway = createGatewayService(config, { commandLog, eventStore, readModel, fanOut }, service, { page })
  life.add('gateway', gateway.drain)
  const { port } = await gateway.start()
  service.report(() => {
    const { state, details } = gateway.readiness()
    return { state, details: { ...details, writer: writer.readiness() } }
  })
  process.stdout.write(welcome(config.host, port, service.internalPort, page !== undefined))
})
