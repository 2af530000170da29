import type { Registry } from 'prom-client'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { PushMetrics, SkipReason } from './push/push-content.ts'
import type { RefusalCause } from './webhook/verdict.ts'
import type { WebhookMetrics } from './webhook/webhook-deps.ts'

const secondsBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600, 3_600, 86_400]
const results = ['delivered', 'ended', 'status', 'timeout', 'connection', 'address', 'aborted'] as const
const deadLetterCauses = ['status', 'expired'] as const satisfies readonly RefusalCause[]
const skipReasons = ['old', 'silent', 'deleted', 'nobody'] as const satisfies readonly SkipReason[]

/** Registers the gauge of the lag; to be called once per registry. */
export const createRelayLag = (registry: Registry): Gauge =>
  new Gauge({
    name: 'chat_relay_lag_records',
    help: 'Events in the partitions of this relay that its sink does not have, as of the last fetch; those of parked rooms are not counted',
    registers: [registry],
  })

const registerSinks = (registers: Registry[]) => ({
  requests: new Counter({
    name: 'chat_relay_requests_total',
    help: 'Requests to the receiver of a sink, by result: delivered, or why not',
    labelNames: ['sink', 'result'],
    registers,
  }),
  requestSeconds: new Histogram({
    name: 'chat_relay_request_seconds',
    help: 'Time from the start of a request to its answer or failure',
    labelNames: ['sink'],
    buckets: secondsBuckets,
    registers,
  }),
  deliverySeconds: new Histogram({
    name: 'chat_relay_delivery_seconds',
    help: 'Age of an event when the receiver has accepted it',
    labelNames: ['sink'],
    buckets: secondsBuckets,
    registers,
  }),
  deadLetters: new Counter({
    name: 'chat_relay_dead_letters_total',
    help: 'Events that the receiver of a sink will not receive, by cause',
    labelNames: ['sink', 'cause'],
    registers,
  }),
  parkedRooms: new Gauge({
    name: 'chat_relay_parked_rooms',
    help: 'Rooms whose events wait for the receiver of a sink, of all relays',
    labelNames: ['sink'],
    registers,
  }),
  oldest: new Gauge({
    name: 'chat_relay_oldest_wait_seconds',
    help: 'Time for which the receiver of a sink has failed for the room that waits longest, of all relays',
    labelNames: ['sink'],
    registers,
  }),
})

/** Registers the metrics of the sinks of requests, which have one label for each sink; to be called once per registry. */
export const createWebhookMetrics = (registry: Registry): ((sink: string) => WebhookMetrics) => {
  const { requests, requestSeconds, deliverySeconds, deadLetters, parkedRooms, oldest } = registerSinks([registry])
  return (sink) => {
    // Registered at 0, so that Prometheus sees the first increment.
    for (const result of results) requests.inc({ sink, result }, 0)
    for (const cause of deadLetterCauses) deadLetters.inc({ sink, cause }, 0)
    return {
      onRequest: (result, seconds) => {
        requests.inc({ sink, result })
        requestSeconds.observe({ sink }, seconds)
      },
      onDelivered: (ageSeconds) => deliverySeconds.observe({ sink }, Math.max(0, ageSeconds)),
      onDeadLetter: (cause) => deadLetters.inc({ sink, cause }),
      onParked: ({ rooms, oldestMs }) => {
        parkedRooms.set({ sink }, rooms)
        oldest.set({ sink }, oldestMs / 1_000)
      },
    }
  }
}

/** Registers the metrics of notifications; to be called once per registry. */
export const createPushMetrics = (registry: Registry): PushMetrics => {
  const registers = [registry]
  const skipped = new Counter({
    name: 'chat_push_skipped_total',
    help: 'New messages that caused no notification, by reason: old, silent, deleted, or nobody to notify',
    labelNames: ['reason'],
    registers,
  })
  const recipients = new Counter({
    name: 'chat_push_recipients_total',
    help: 'Recipients in requests to the receiver of notifications; a request that is sent again counts again',
    registers,
  })
  const unknown = new Counter({
    name: 'chat_push_presence_unknown_total',
    help: 'Messages whose notifications were sent without knowing who is online, because Redis was not available',
    registers,
  })
  for (const reason of skipReasons) skipped.inc({ reason }, 0)
  return {
    onSkipped: (reason) => skipped.inc({ reason }),
    onRecipients: (count) => recipients.inc(count),
    onUnknownPresence: () => unknown.inc(),
  }
}
