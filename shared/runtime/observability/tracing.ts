import type { Attributes } from '@opentelemetry/api'
import { propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'

/**
 * A recorded unit of work. Work that is not recorded has no span, so that
 * tracing costs almost nothing while it is off.
 */
export interface Span {
  /** The W3C `traceparent` to pass to the next process. */
  readonly traceparent: string
  /** The id of the trace in log lines. */
  readonly traceId: string
  /** Ends the span; call it once. Attributes are ids and numbers, never content. */
  end(attributes?: Attributes): void
}

const kinds = { produce: SpanKind.PRODUCER, consume: SpanKind.CONSUMER, deliver: SpanKind.INTERNAL } as const

interface Work {
  readonly name: string
  readonly kind: keyof typeof kinds
  readonly attributes: Attributes
}

const tracer = trace.getTracer('chat')

const begin = ({ name, kind, attributes }: Work, traceparent?: string): Span | undefined => {
  const parent = traceparent === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent })
  const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, parent)
  if (!span.isRecording()) return undefined
  const carrier: { traceparent?: string } = {}
  propagation.inject(trace.setSpan(parent, span), carrier)
  return {
    traceparent: carrier.traceparent ?? '',
    traceId: span.spanContext().traceId,
    end: (more = {}) => {
      span.setAttributes(more)
      span.end()
    },
  }
}

/** Begins a trace; undefined if it is not recorded. */
export const beginTrace = (work: Work): Span | undefined => begin(work)

/** Continues a trace of another process; undefined if there is none, or it is not recorded. */
export const continueTrace = (traceparent: string | undefined, work: Work): Span | undefined =>
  traceparent === undefined ? undefined : begin(work, traceparent)
