import type { Registry } from 'prom-client'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { RefusalCause } from './webhook/verdict.ts'
import type { WebhookMetrics } from './webhook/webhook-deps.ts'

const secondsBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600, 3_600, 86_400]
const results = ['delivered', 'ended', 'status', 'timeout', 'connection', 'address', 'aborted'] as const
const deadLetterCauses = ['status', 'expired'] as const satisfies readonly RefusalCause[]

/** Registers the gauge of the lag; to be called once per registry. */
export const createRelayLag = (registry: Registry): Gauge =>
  new Gauge({
    name: 'chat_relay_lag_records',
    help: 'Events in the partitions of this relay that its sink does not have, as of the last fetch; those of parked rooms are not counted',
    registers: [registry],
  })

/** Registers the metrics of a webhook; to be called once per registry. */
export const createWebhookMetrics = (registry: Registry): WebhookMetrics => {
  const registers = [registry]
  const requests = new Counter({
    name: 'chat_relay_requests_total',
    help: 'Requests to the webhook, by result: delivered, or why not',
    labelNames: ['result'],
    registers,
  })
  const requestSeconds = new Histogram({
    name: 'chat_relay_request_seconds',
    help: 'Time from the start of a request to its answer or failure',
    buckets: secondsBuckets,
    registers,
  })
  const deliverySeconds = new Histogram({
    name: 'chat_relay_delivery_seconds',
    help: 'Age of an event when the webhook has accepted it',
    buckets: secondsBuckets,
    registers,
  })
  const deadLetters = new Counter({
    name: 'chat_relay_dead_letters_total',
    help: 'Events that the webhook will not receive, by cause',
    labelNames: ['cause'],
    registers,
  })
  const parkedRooms = new Gauge({
    name: 'chat_relay_parked_rooms',
    help: 'Rooms whose events wait for the webhook, of all relays',
    registers,
  })
  const oldest = new Gauge({
    name: 'chat_relay_oldest_wait_seconds',
    help: 'Time for which the webhook has failed for the room that waits longest, of all relays',
    registers,
  })
  // Registered at 0, so that Prometheus sees the first increment.
  for (const result of results) requests.inc({ result }, 0)
  for (const cause of deadLetterCauses) deadLetters.inc({ cause }, 0)
  return {
    onRequest: (result, seconds) => {
      requests.inc({ result })
      requestSeconds.observe(seconds)
    },
    onDelivered: (ageSeconds) => deliverySeconds.observe(Math.max(0, ageSeconds)),
    onDeadLetter: (cause) => deadLetters.inc({ cause }),
    onParked: ({ rooms, oldestMs }) => {
      parkedRooms.set(rooms)
      oldest.set(oldestMs / 1_000)
    },
  }
}
