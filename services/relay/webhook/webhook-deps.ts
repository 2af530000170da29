import type { Clock } from '../../../shared/ports/clock.ts'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { HttpSender } from '../../../shared/ports/http-sender.ts'
import type { ParkedRooms, ParkedSummary } from '../../../shared/ports/parked-rooms.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { RequestContent } from './request-content.ts'
import type { RefusalCause } from './verdict.ts'

/** The observers of a sink of requests: plain functions, so that tests need no registry. */
export interface WebhookMetrics {
  /** A request has ended. */
  readonly onRequest: (result: 'delivered' | 'ended' | RefusalCause, seconds: number) => void
  /** An event was delivered, this long after its time. */
  readonly onDelivered: (ageSeconds: number) => void
  readonly onDeadLetter: (cause: RefusalCause) => void
  readonly onParked: (summary: ParkedSummary) => void
}

/** The endpoint of a sink. */
export interface WebhookTarget {
  readonly url: string
  /** The first one, and a second one while the receiver changes its secret. */
  readonly secrets: readonly string[]
}

/** The ports, settings and observers of a sink of requests. */
export interface WebhookDeps {
  readonly target: WebhookTarget
  readonly content: RequestContent
  readonly sender: HttpSender
  readonly eventStore: Pick<EventStore, 'readPages'>
  readonly parkedRooms: ParkedRooms
  readonly clock: Clock
  readonly times: Pick<
    Times,
    'webhookMs' | 'webhookLiveMs' | 'webhookRetryFirstMs' | 'webhookRetryMostMs' | 'webhookGiveUpMs' | 'webhookPollMs'
  >
  readonly bounds: Pick<Bounds, 'webhookRequests' | 'webhookParkedRequests'>
  readonly metrics: WebhookMetrics
  readonly log: Log
  /** A number from 0 to 1, for the spread of retries. */
  readonly random: () => number
}
