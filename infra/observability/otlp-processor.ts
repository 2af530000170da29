import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'

/** The longest delay that a slow collector may cause when the process stops; it never delays other work. */
const exportMs = 5_000

/** Sends spans in batches; spans are dropped when the buffer is full or the collector is unavailable. */
export const otlpProcessor = (url: string): SpanProcessor =>
  new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url, timeoutMillis: exportMs }),
    exportTimeoutMillis: exportMs,
  })
