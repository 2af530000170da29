import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'

/** What the collector may hold up: our end, never our work. */
const exportMs = 5_000

/** Sends spans in batches; what finds no room or no collector is dropped. */
export const otlpProcessor = (url: string): SpanProcessor =>
  new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url, timeoutMillis: exportMs }),
    exportTimeoutMillis: exportMs,
  })
