import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openTelemetry } from '../../../infra/observability/open-telemetry.ts'

const work = (name: string) => ({ name, kind: 'produce', attributes: { 'chat.command': 'c' } }) as const

let tracing: typeof import('../../../shared/runtime/observability/tracing.ts')

// Loads the API anew, as in another process, because it keeps the first tracer provider that it finds.
beforeEach(async () => {
  vi.resetModules()
  tracing = await import('../../../shared/runtime/observability/tracing.ts')
})

let close: (() => Promise<void>) | undefined
const spans = new InMemorySpanExporter()
const record = (perMillion: number): void => {
  close = openTelemetry({ name: 'test', perMillion, processors: [new SimpleSpanProcessor({ exporter: spans })] })
}
const finished = (): readonly ReadableSpan[] => spans.getFinishedSpans()

afterEach(async () => {
  await close?.()
  close = undefined
  spans.reset()
})

describe('tracing', () => {
  it('is off without a tracer provider: no span and no traceparent', () => {
    expect(tracing.beginTrace(work('first'))).toBeUndefined()
    expect(tracing.continueTrace('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', work('second'))).toBeUndefined()
  })

  it('continues in the next process by its traceparent', () => {
    record(1_000_000)
    const first = tracing.beginTrace(work('first'))
    const second = tracing.continueTrace(first?.traceparent, work('second'))
    second?.end({ 'chat.seq': 5 })
    first?.end()
    const [later, earlier] = finished()
    expect(first?.traceparent).toBe(`00-${first?.traceId}-${earlier?.spanContext().spanId}-01`)
    expect(later?.parentSpanContext?.spanId).toBe(earlier?.spanContext().spanId)
    expect(later?.spanContext().traceId).toBe(first?.traceId)
    expect(later?.attributes).toEqual({ 'chat.command': 'c', 'chat.seq': 5 })
  })

  it('does not record the continuation of an unrecorded trace', () => {
    record(0)
    expect(tracing.beginTrace(work('first'))).toBeUndefined()
    expect(tracing.continueTrace(undefined, work('second'))).toBeUndefined()
    expect(finished()).toEqual([])
  })

  it('ignores an invalid traceparent', () => {
    record(0)
    for (const text of ['', 'x', '00-zz-zz-01', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`]) {
      expect(tracing.continueTrace(text, work('second'))).toBeUndefined()
    }
  })
})
