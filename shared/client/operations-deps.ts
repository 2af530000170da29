import type { ChatError } from './chat-error.ts'
import type { ClientClock } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import type { FrameBody } from './frames.ts'
import type { Link } from './link.ts'
import type { ClientMetrics } from './observation.ts'
import type { OutgoingRequest } from './requests.ts'

/** Options of one request. */
export interface OperationOptions {
  /** The operations of one lane are carried out in the order of the calls. */
  readonly lane?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * The requests of the application, until they have ended.
 *
 * Promises:  a request is sent again, unchanged, after a lost connection and
 *            after a retryable refusal, until it is answered, refused or
 *            aborted, or until the client ends. A lane keeps its order
 *            through all of that.
 * Does not:  queue more than `maxQueued` requests: the call fails at once, and
 *            nothing of it is sent.
 */
export interface Operations {
  /** A request that is still being made keeps its place in its lane. */
  run(request: OutgoingRequest | Promise<OutgoingRequest>, options: OperationOptions): Promise<FrameBody>
  /** `pipelines`: the service keeps the order of requests that are sent before the outcome of earlier ones is known. */
  connected(link: Link, pipelines: boolean): void
  disconnected(): void
  /** All requests fail with this error, now and later. */
  end(error: ChatError): void
  readonly isEnded: boolean
}

/** The parts of a client that its requests use, and their bounds. */
export interface OperationsDeps {
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  readonly maxQueued: number
  readonly maxFrameBytes: number
  readonly metrics: ClientMetrics | undefined
}
