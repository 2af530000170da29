import { Registry } from 'prom-client'
import { memoryCommandLog } from '../../infra/in-process/memory-command-log.ts'
import { memoryFanOut } from '../../infra/in-process/memory-fan-out.ts'
import { createGatewayService } from '../../services/gateway/gateway-service.ts'
import { createWriter } from '../../services/writer/writer.ts'
import { createWriterMetrics } from '../../services/writer/writer-metrics.ts'
import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { RateLimitStore } from '../../shared/ports/rate-limit-store.ts'
import { readConfig } from '../../shared/runtime/config/config.ts'
import { createLogger } from '../../shared/runtime/observability/logger.ts'
import type { Metrics } from '../../shared/runtime/observability/metrics.ts'
import { createMetrics } from '../../shared/runtime/observability/metrics.ts'
import type { ProcessReadiness } from '../../shared/runtime/process/internal-port.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { memoryStore } from './memory-store/memory-store.ts'

/** A gateway with real sockets and a writer, in this process and in memory. */
export interface SmallChat extends AsyncDisposable {
  readonly url: string
  readonly metrics: Metrics
  /** The log lines so far. */
  readonly log: readonly string[]
  readiness(): ProcessReadiness
}

export interface SmallChatOptions {
  readonly rateLimitStore?: RateLimitStore
  /** Replaces the command log of the gateway. */
  readonly gatewayLog?: (log: CommandLog) => CommandLog
}

export const startSmallChat = async (
  env: Readonly<Record<string, string>> = {},
  { rateLimitStore, gatewayLog = (given) => given }: SmallChatOptions = {},
): Promise<SmallChat> => {
  const config = readConfig({ PORT: '0', INTERNAL_PORT: '0', ...env })
  const { times, bounds, limits } = config
  const lines: string[] = []
  const log = createLogger({ level: 'debug', name: 'test', write: (line) => lines.push(line) })
  const { store: eventStore, readModel, memberStates } = memoryStore({ pageBytes: bounds.pageBytes })
  const fanOut = memoryFanOut({ log })
  const commandLog = memoryCommandLog({ log, clock: systemClock })
  const metrics = createMetrics(new Registry())
  const writer = createWriter({
    commandLog,
    eventStore,
    eventStream: undefined,
    fanOut,
    clock: systemClock,
    log,
    metrics: createWriterMetrics(metrics),
    times,
    bounds,
    limits,
  })
  await writer.start()
  const gateway = createGatewayService(
    config,
    { commandLog: gatewayLog(commandLog), eventStore, readModel, memberStates, fanOut, rateLimitStore },
    { log, metrics, onScrape: () => {} },
  )
  const { port } = await gateway.start()
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    metrics,
    log: lines,
    readiness: gateway.readiness,
    [Symbol.asyncDispose]: async () => {
      await gateway.drain()
      await writer.stop()
      await commandLog.close()
      await fanOut.close()
    },
  }
}
