import type { Clock } from '../../../shared/ports/clock.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Span } from '../../../shared/runtime/observability/tracing.ts'
import { continueTrace } from '../../../shared/runtime/observability/tracing.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'

/**
 * Measures the age of events as they pass through a gateway: once per event and
 * once per flush, never per socket.
 */
export interface DeliveryWatch {
  /** The event was put into the send queues of this many sockets. */
  passed(item: Pick<FeedItem, 'room' | 'seq' | 'frame' | 'traceparent'>, sockets: number): void
  /** All send queues were flushed. */
  flushed(): void
}

const mark = '"created_at":"'
const timeLength = '2026-01-01T00:00:00.000Z'.length

/** Quotes in message text are escaped, so that the text cannot contain the mark. NaN: a forged frame has no time. */
const createdAtMs = (frame: string): number => {
  const start = frame.lastIndexOf(mark) + mark.length
  return Date.parse(frame.slice(start, start + timeLength))
}

export const createDeliveryWatch = (clock: Clock, { deliverySeconds }: Pick<Metrics, 'deliverySeconds'>): DeliveryWatch => {
  /** The creation time of the oldest event since the last flush. */
  let oldestMs = Number.POSITIVE_INFINITY
  let spans: Span[] = []

  const observe = (stage: string, sinceMs: number): void =>
    deliverySeconds.observe(Math.max(0, clock.nowMs() - sinceMs) / 1_000, stage)

  return {
    passed: ({ room, seq, frame, traceparent }, sockets) => {
      if (sockets === 0) return
      const createdMs = createdAtMs(frame)
      if (!Number.isNaN(createdMs)) {
        observe('passed', createdMs)
        oldestMs = Math.min(oldestMs, createdMs)
      }
      const attributes = { 'chat.room': room, 'chat.seq': seq, 'chat.sockets': sockets }
      const span = continueTrace(traceparent, { name: 'chat.deliver', kind: 'deliver', attributes })
      if (span !== undefined) spans.push(span)
    },
    flushed: () => {
      if (oldestMs === Number.POSITIVE_INFINITY) return
      observe('written', oldestMs)
      oldestMs = Number.POSITIVE_INFINITY
      for (const span of spans) span.end()
      spans = []
    },
  }
}
