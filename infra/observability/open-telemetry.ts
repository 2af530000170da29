import { propagation, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'

/** Options of the tracing of this process. */
export interface OpenTelemetryOptions {
  /** The name of the process: gateway, writer … */
  readonly name: string
  readonly perMillion: number
  readonly processors: SpanProcessor[]
}

/**
 * Starts recording spans. A trace that began in another process is recorded if
 * that process records it. Returns a function that sends the remaining spans
 * and stops recording.
 */
export const openTelemetry = ({ name, perMillion, processors }: OpenTelemetryOptions): (() => Promise<void>) => {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `chat-${name}`, 'process.pid': process.pid }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(perMillion / 1_000_000) }),
    spanProcessors: processors,
  })
  trace.setGlobalTracerProvider(provider)
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  return async () => {
    await provider.shutdown()
    trace.disable()
    propagation.disable()
  }
}
