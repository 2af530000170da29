/** The unchanged gateway on in-memory adapters; messages are injected through the FanOut port. */
import { Registry } from 'prom-client'
import { memoryCommandLog } from '../../../infra/in-process/memory-command-log.ts'
import { memoryFanOut } from '../../../infra/in-process/memory-fan-out.ts'
import { createGatewayService } from '../../../services/gateway/gateway-service.ts'
import { startWriter } from '../../../services/writer/start-writer.ts'
import { channels, writeRoomPublication } from '../../../shared/records/publications.ts'
import { readConfig } from '../../../shared/runtime/config/config.ts'
import { createLogger } from '../../../shared/runtime/observability/logger.ts'
import { createMetrics } from '../../../shared/runtime/observability/metrics.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { executeTasks } from '../../load/task-process/execute-tasks.ts'
import { memoryStore } from '../../unit/memory-store/memory-store.ts'
import type { InjectTask } from './inject.ts'
import { createInjector } from './inject.ts'

type Task = { readonly do: 'listen' } | InjectTask

const config = readConfig({ PORT: '0', INTERNAL_PORT: '0', CONVERGE_MS: '3600000' })
const log = createLogger({ level: 'error', name: 'bench', write: (line) => process.stderr.write(line) })
const metrics = createMetrics(new Registry())
const fanOut = memoryFanOut({ log })
// A room's first event is its creation.
const inject = createInjector(2)

const listen = async (): Promise<{ readonly port: number }> => {
  const commandLog = memoryCommandLog({ log, clock: systemClock })
  const { store: eventStore, readModel, memberStates } = memoryStore({ pageBytes: config.bounds.pageBytes })
  const life = { add: () => {}, fatal: () => {} }
  const service = { log, metrics, onScrape: () => {}, life: life as never }
  await startWriter(config, { commandLog, eventStore, fanOut, eventStream: undefined }, service)
  const ports = { commandLog, eventStore, readModel, memberStates, fanOut, rateLimitStore: undefined }
  return createGatewayService(config, ports, service).start()
}

executeTasks<Task>((task) => {
  if (task.do === 'listen') return listen()
  return inject(task, ({ room, seq, commandId, frame }) => {
    const events = [{ seq, event: 'new-message', membership: 'none' as const, commandId, digest: 'injected', frame }]
    void fanOut.publish([
      { channel: channels.room(room), payload: writeRoomPublication({ room, events }, config.bounds.publicationBytes) },
    ])
  })
})
