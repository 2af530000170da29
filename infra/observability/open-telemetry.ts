import { propagation, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'

export interface OpenTelemetryOptions {
  /** Of the process: gateway, writer … */
  readonly name: string
  readonly perMillion: number
  readonly processors: SpanProcessor[]
}

/**
 * From now on, spans of this process are recorded; a trace that began
 * elsewhere is recorded as it was decided there. Returns the way to send what
 * is left and to end it.
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
