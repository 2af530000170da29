import { createdAtMsOf } from '../../../shared/frames/room-event-frame.ts'
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

export const createDeliveryWatch = (clock: Clock, { deliverySeconds }: Pick<Metrics, 'deliverySeconds'>): DeliveryWatch => {
  /** The creation time of the oldest event since the last flush. */
  let oldestMs = Number.POSITIVE_INFINITY
  let spans: Span[] = []

  const observe = (stage: string, sinceMs: number): void =>
    deliverySeconds.observe(Math.max(0, clock.nowMs() - sinceMs) / 1_000, stage)

  return {
    passed: ({ room, seq, frame, traceparent }, sockets) => {
      if (sockets === 0) return
      const createdMs = createdAtMsOf(frame)
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
