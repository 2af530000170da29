import { Registry } from 'prom-client'
import type { SharedConfig } from '../config/config.ts'
import type { Logger } from '../observability/logger.ts'
import { createLogger } from '../observability/logger.ts'
import type { Metrics } from '../observability/metrics.ts'
import { createMetrics } from '../observability/metrics.ts'
import type { ProcessReadiness } from './internal-port.ts'
import { createInternalPort } from './internal-port.ts'
import type { Lifecycle } from './lifecycle.ts'
import { lifecycle } from './lifecycle.ts'

/** The parts that every process of the service has: log, metrics, probes and an orderly stop. */
export interface ServiceProcess {
  readonly log: Logger
  readonly life: Lifecycle
  readonly metrics: Metrics
  readonly internalPort: number
  /** Sets the answer of `/readyz`, until the process stops. */
  report(readiness: () => ProcessReadiness): void
  /** Registers a function that updates gauges before each scrape. */
  onScrape(refresh: () => void): void
}

/** Opens the internal port, which answers probes with `starting`, and installs the signal handlers. Rejects with `StartError`. */
export const openProcess = async (config: SharedConfig, name: string): Promise<ServiceProcess> => {
  const log = createLogger({ level: config.logLevel, name })
  const life = lifecycle({ log, stopMs: config.times.stopMs })
  const metrics = createMetrics(new Registry(), name)
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
    report: (newReadiness) => {
      readiness = newReadiness
    },
    onScrape: (refresh) => refreshers.push(refresh),
  }
}
