import { openWriterAdapters } from '../../infra/distributed/open-writer-adapters.ts'
import { startTracing } from '../../infra/observability/start-tracing.ts'
import { readDistributedConfig } from '../../shared/runtime/config/config.ts'
import { runMain } from '../../shared/runtime/process/run-main.ts'
import { openProcess } from '../../shared/runtime/process/service-process.ts'
import { startWriter } from './start-writer.ts'

await runMain(async () => {
  const config = readDistributedConfig()
  const service = await openProcess(config, 'writer')
  await startTracing(config, 'writer', service)
  const ports = await openWriterAdapters(config, service)
  const writer = await startWriter(config, ports, service)
  service.report(() => ({ state: 'ready', details: { ...writer.readiness() } }))
  service.log.info({ internalPort: service.internalPort }, 'writer started')
})
