import { createdAtMsOf } from '../../../shared/frames/room-event-frame.ts'
import type { PageRequest, StoredEvent } from '../../../shared/ports/event-store.ts'
import { signedHeaders } from '../../../shared/records/webhook-signature.ts'
import type { Batcher } from '../../../shared/runtime/async/batcher.ts'
import { batcher } from '../../../shared/runtime/async/batcher.ts'
import type { WebhookSubscription } from './subscription.ts'
import type { Verdict } from './verdict.ts'
import { verdictOf, verdictOfError } from './verdict.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** The next event of a room, and for how long it has failed. */
export interface NextEvent {
  readonly room: string
  readonly seq: number
  /** No later event of the room is sent. */
  readonly lastSeq: number
  readonly waitsMs: number
}

/** `done`: the room continues at `nextSeq`. */
export type AttemptResult =
  | { readonly kind: 'done'; readonly nextSeq: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number }

type DeliveryRefusal = Extract<Verdict, { readonly text: string }>

/** Sends one event. Rejects if the store fails. */
export type DeliveryAttempt = (next: NextEvent, signal: AbortSignal) => Promise<AttemptResult>

const readsTogether = 100

/** Reads one event of each room in one statement for all requests that wait. */
const eventReader = ({ eventStore }: WebhookDeps): Batcher<PageRequest, StoredEvent | undefined> =>
  batcher({
    run: async (requests) => (await eventStore.readPages(requests)).map(({ events }) => events[0]),
    maxItems: readsTogether,
  })

/**
 * Creates the attempts of a sink.
 *
 * Promises:  the content of an event is read from the store directly before its
 *            request: the content of a message that was deleted before is not
 *            sent. An event that the receiver refuses for ever, or for too long,
 *            is recorded as a dead letter, without its content.
 */
export const createAttempts = (deps: WebhookDeps, subscription: WebhookSubscription): DeliveryAttempt => {
  const { target, content, sender, parkedRooms, clock, times, metrics, log } = deps
  const read = eventReader(deps)

  const post = async ({ stream: room, seq }: StoredEvent, body: string, signal: AbortSignal): Promise<Verdict> => {
    const sentAtMs = clock.nowMs()
    const begunMs = clock.monotonicMs()
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'chat-relay',
      ...signedHeaders(target.secrets, { id: `${room}:${seq}`, sentAtMs, body }),
    }
    const verdict = await sender
      .post({ headers, body, signal })
      .then((answer) => verdictOf(answer, clock.nowMs()), verdictOfError)
    const result = 'cause' in verdict ? verdict.cause : verdict.kind
    metrics.onRequest(result, (clock.monotonicMs() - begunMs) / 1_000)
    return verdict
  }

  const deadLetter = async ({ stream: room, seq }: StoredEvent, verdict: DeliveryRefusal) => {
    const isExpired = verdict.kind === 'retry'
    const reason = isExpired ? `expired, ${verdict.text}` : verdict.text
    await parkedRooms.deadLetter(room, seq, reason)
    metrics.onDeadLetter(isExpired ? 'expired' : verdict.cause)
    log.error({ room, seq, reason }, 'an event is a dead letter: the endpoint will not receive it')
  }

  /** An event is given up when it has both existed and failed for long enough. */
  const isExpired = (ageMs: number, waitsMs: number): boolean => Math.min(ageMs, waitsMs) >= times.webhookGiveUpMs

  return async ({ room, seq, lastSeq, waitsMs }, signal) => {
    if (subscription.ended.aborted) return { kind: 'done', nextSeq: lastSeq + 1 }
    const event = await read({ room, after: seq - 1, limit: 1, users: [] })
    // Rooms of the audit are deleted after some time.
    if (event === undefined || event.seq > lastSeq) return { kind: 'done', nextSeq: lastSeq + 1 }
    const done = { kind: 'done', nextSeq: event.seq + 1 } as const
    const body = await content.bodyOf(event)
    if (body === undefined) return done
    const verdict = await post(event, body, signal)
    const ageMs = clock.nowMs() - (createdAtMsOf(event.data) || 0)
    if (verdict.kind === 'ended') await subscription.end()
    else if (verdict.kind === 'delivered') metrics.onDelivered(ageMs / 1_000)
    else if (verdict.kind === 'final' || isExpired(ageMs, waitsMs)) await deadLetter(event, verdict)
    else return { kind: 'retry', reason: verdict.text, afterMs: verdict.afterMs }
    return done
  }
}
