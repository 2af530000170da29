import type { SharedConfig } from '../config/config.ts'
import type { Logger } from '../observability/logger.ts'
import { createLogger } from '../observability/logger.ts'
import type { Metrics } from '../observability/metrics.ts'
import { createMetrics } from '../observability/metrics.ts'
import type { ProcessReadiness } from './internal-port.ts'
import { createInternalPort } from './internal-port.ts'
import type { Lifecycle } from './lifecycle.ts'
import { lifecycle } from './lifecycle.ts'

/** What every process of the service has: a log, metrics, probes, and an orderly end. */
export interface ServiceProcess {
  readonly log: Logger
  readonly life: Lifecycle
  readonly metrics: Metrics
  readonly internalPort: number
  /** From now on `/readyz` tells this, until the process stops. */
  report(readiness: () => ProcessReadiness): void
  /** To be called before each scrape, for gauges that are read and not counted. */
  onScrape(refresh: () => void): void
}

/** Answers probes from the first moment on, as `starting`. */
export const openProcess = async (config: SharedConfig, name: string): Promise<ServiceProcess> => {
  const log = createLogger({ level: config.logLevel, name })
  const life = lifecycle({ log, stopMs: config.times.stopMs })
  const metrics = createMetrics()
  const refreshers: (() => void)[] = []
  let readiness = (): ProcessReadiness => ({ state: 'starting' })
  const internal = createInternalPort({
    host: config.internalHost,
    port: config.internalPort,
    registry: metrics.registry,
    readiness: () => (life.isStopping ? { ...readiness(), state: 'draining' } : readiness()),
    refresh: () => {
      for (const refresh of refreshers) refresh()
    },
  })
  const { port } = await internal.start()
  life.add('internal port', internal.stop)
  return {
    log,
    life,
    metrics,
    internalPort: port,
    report: (tell) => {
      readiness = tell
    },
    onScrape: (refresh) => refreshers.push(refresh),
  }
}
