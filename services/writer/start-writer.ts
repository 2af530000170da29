import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import type { Writer } from './writer.ts'
import { createWriter } from './writer.ts'
import { createWriterMetrics } from './writer-metrics.ts'

/** The ports of a writer. */
export interface WriterAdapters {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  readonly fanOut: FanOut
  /** Undefined without an event stream (embedded). */
  readonly eventStream: EventStream | undefined
}

/** Starts a writer on the system clock. It stops with the process, and its failure ends the process. */
export const startWriter = async (
  { times, bounds, limits }: SharedConfig,
  ports: WriterAdapters,
  { log, life, metrics, onScrape }: Pick<ServiceProcess, 'log' | 'life' | 'metrics' | 'onScrape'>,
): Promise<Writer> => {
  const writerMetrics = createWriterMetrics(metrics)
  const writer = createWriter({
    ...ports,
    clock: systemClock,
    log,
    metrics: writerMetrics,
    times,
    bounds,
    limits,
  })
  life.add('writer', writer.stop)
  writer.failed.catch(life.fatal)
  await writer.start()
  onScrape(() => {
    const { lag, fanOut } = writer.readiness()
    writerMetrics.onLag(lag)
    metrics.fanOutUp.set(fanOut === 'up' ? 1 : 0)
  })
  return writer
}
