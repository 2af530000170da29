import { openGatewayAdapters } from '../../infra/distributed/open-gateway-adapters.ts'
import { startTracing } from '../../infra/observability/start-tracing.ts'
import { readGatewayConfig } from '../../shared/runtime/config/config.ts'
import { runMain } from '../../shared/runtime/process/run-main.ts'
import { openProcess } from '../../shared/runtime/process/service-process.ts'
import { openPage } from '../web/open-page.ts'
import { createGatewayService } from './gateway-service.ts'

await runMain(async () => {
  const config = readGatewayConfig()
  const service = await openProcess(config, 'gateway')
  await startTracing(config, 'gateway', service)
  const adapters = await openGatewayAdapters(config, service)
  const pageOptions = { needsToken: config.access.jwt !== undefined, filesOrigin: adapters.files?.blobStore.origin }
  const page = config.webPage ? await openPage(service.log, pageOptions) : undefined
  const gateway = createGatewayService(config, adapters, service, { page })
  service.life.add('gateway', gateway.drain)
  const { port } = await gateway.start()
  service.report(gateway.readiness)
  service.log.info({ port, internalPort: service.internalPort }, 'gateway accepts sockets')
})
