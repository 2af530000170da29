import { randomUUID } from 'node:crypto'
import { httpSender } from '../../../../infra/http/http-sender.ts'
import type { RelayedEvent } from '../../../../services/relay/sink.ts'
import { webhookContent } from '../../../../services/relay/webhook/request-content.ts'
import type { RefusalCause } from '../../../../services/relay/webhook/verdict.ts'
import type { WebhookDeps } from '../../../../services/relay/webhook/webhook-deps.ts'
import type { WebhookSink } from '../../../../services/relay/webhook/webhook-sink.ts'
import { startWebhookSink } from '../../../../services/relay/webhook/webhook-sink.ts'
import { defaultBounds } from '../../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { systemClock } from '../../../../shared/runtime/process/system-clock.ts'
import { append, chatCreated, messagePosted } from '../../../contract/stored-chat.ts'
import { recordingLog } from '../../../support/recording-log.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { memoryParkedRooms } from '../memory-parked-rooms.ts'

/** A key of Standard Webhooks. */
export const testSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

/** Retries take milliseconds; no room is slow, unless a test sets a shorter `webhookLiveMs`. */
export const testTimes = {
  ...defaultTimes,
  webhookMs: 10_000,
  webhookLiveMs: 10_000,
  webhookRetryFirstMs: 10,
  webhookRetryMostMs: 40,
  webhookPollMs: 5,
}

/** A store with a webhook sink on it. `start` may be called again, as after a restart. */
export const webhookRig = (url: string, change: Partial<WebhookDeps> = {}) => {
  const { store } = memoryStore()
  const parkedRooms = memoryParkedRooms()
  const log = recordingLog()
  const deadLetters: RefusalCause[] = []
  const requests: string[] = []
  const sender = httpSender({ url, allowedNetworks: ['127.0.0.0/8'], timeoutMs: testTimes.webhookMs, connections: 10 })
  const deps: WebhookDeps = {
    target: { url, secrets: [testSecret] },
    content: webhookContent,
    sender,
    eventStore: store,
    parkedRooms,
    clock: systemClock,
    times: testTimes,
    bounds: defaultBounds,
    metrics: {
      onRequest: (result) => void requests.push(result),
      onDelivered: () => {},
      onDeadLetter: (cause) => void deadLetters.push(cause),
      onParked: () => {},
    },
    log,
    random: () => 0.5,
    ...change,
  }
  const started: WebhookSink[] = []
  const start = async (other: Partial<WebhookDeps> = {}): Promise<WebhookSink> => {
    const sink = await startWebhookSink({ ...deps, ...other })
    started.push(sink)
    return sink
  }
  /** Appends a chat with this many messages and returns its events, as the relay delivers them. */
  const room = async (messages: number): Promise<readonly RelayedEvent[]> => {
    const [id, ann] = [randomUUID(), randomUUID()]
    await append(store, chatCreated(id, [ann]))
    for (let seq = 2; seq <= messages + 1; seq += 1) await append(store, messagePosted(id, seq, ann))
    return eventsOf(id, 1, messages + 1)
  }
  return {
    store,
    parkedRooms,
    log,
    deadLetters,
    requests,
    start,
    room,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.map(({ stop }) => stop()))
      sender.close()
    },
  }
}

/** The events of a room as the event stream delivers them; their bodies are stale. */
export const eventsOf = (room: string, from: number, to: number): readonly RelayedEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    room,
    seq: from + index,
    event: 'new-message',
    body: '{"msg":"stale"}',
  }))

export const seqsUpTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1)
