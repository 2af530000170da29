import type { Attributes } from '@opentelemetry/api'
import { propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'

/**
 * A piece of work that somebody records. Who is not recorded has none of
 * these, so that tracing costs next to nothing while it is off.
 */
export interface Span {
  /** What goes along to whoever works on: W3C `traceparent`. */
  readonly traceparent: string
  /** By which log lines name the trace. */
  readonly traceId: string
  /** To be called once. Ids and numbers, never what people wrote. */
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

/** Begins a trace, if this one is to be recorded. */
export const beginTrace = (work: Work): Span | undefined => begin(work)

/** Goes on with a trace that came from elsewhere, if one did and it is recorded. */
export const continueTrace = (traceparent: string | undefined, work: Work): Span | undefined =>
  traceparent === undefined ? undefined : begin(work, traceparent)
