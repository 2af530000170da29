import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import { streamValueOf } from '../../../shared/records/stream-value.ts'
import type { RelayedEvent } from '../sink.ts'

/** The difference between the sinks that send signed requests: which events cause a request, and its body. */
export interface RequestContent {
  /** Names the consumer group, the parked rooms and the stored position: never change it. */
  readonly sink: string
  /** A quick test of an event as it arrives. False: it causes no request. */
  mayCause(event: RelayedEvent): boolean
  /** The body of the request, with content that is read now. Undefined: the event causes no request. Rejects if a store fails. */
  bodyOf(event: StoredEvent): Promise<string | undefined>
}

/** A webhook: each event of a room, as the event stream has it. */
export const webhookContent: RequestContent = {
  sink: 'webhook',
  mayCause: () => true,
  bodyOf: async (event) => streamValueOf(event),
}
