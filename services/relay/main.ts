import { openRelayAdapters } from '../../infra/distributed/open-relay-adapters.ts'
import { startTracing } from '../../infra/observability/start-tracing.ts'
import { readRelayConfig } from '../../shared/runtime/config/config.ts'
import { runMain } from '../../shared/runtime/process/run-main.ts'
import { openProcess } from '../../shared/runtime/process/service-process.ts'
import { startRelay } from './start-relay.ts'

await runMain(async () => {
  const config = readRelayConfig()
  const service = await openProcess(config, 'relay')
  await startTracing(config, 'relay', service)
  const ports = await openRelayAdapters(config, service)
  await startRelay(config, ports, service)
  service.log.info({ sink: config.sink, internalPort: service.internalPort }, 'relay started')
})
