import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'

/**
 * Starts tracing if `TRACES_URL` is set; otherwise does not load the code. Call
 * it before parts that create spans, so that it is stopped after them.
 */
export const startTracing = async (
  { tracesUrl, tracesPerMillion }: SharedConfig,
  name: string,
  { life, log }: Pick<ServiceProcess, 'life' | 'log'>,
): Promise<void> => {
  if (tracesUrl === undefined) return
  const { openTelemetry } = await import('./open-telemetry.ts')
  const { otlpProcessor } = await import('./otlp-processor.ts')
  life.add('tracing', openTelemetry({ name, perMillion: tracesPerMillion, processors: [otlpProcessor(tracesUrl)] }))
  log.info({ perMillion: tracesPerMillion }, 'commands are traced')
}
