/** One publication: opaque bytes for whoever listens to the topic now. */
export interface Publication {
  readonly channel: string
  readonly payload: string
}

export interface Subscription {
  /**
   * Resolves when everything published from then on will be heard, or at once
   * when the fan-out is known to be down: then `onRestored` follows later.
   * Never rejects.
   */
  readonly ready: Promise<void>
  /** Idempotent. The listener is not called afterwards. */
  close(): void
}

export type FanOutState = 'up' | 'down'

/**
 * Tells every gateway that a room has moved on.
 *
 * Promises:  a topic's listeners see one publisher's items in the order
 *            published. Noticing a dead or silent server takes ≤ 10 s.
 * Does not:  promise delivery. An item may be lost or repeated; receivers
 *            compare seqs and repair from the event store.
 * Blocks:    never. `publish` rejects at once while the state is `down`, and
 *            within the request time-out otherwise. A listener that needs
 *            time must queue for itself; one that throws is logged and kept.
 */
export interface FanOut {
  publish(items: readonly Publication[]): Promise<void>
  subscribe(channel: string, listener: (payload: Buffer) => void): Subscription
  readonly state: FanOutState
  /** Called after every reconnect, behind the barrier: what is published from now on is heard again; what was published meanwhile may be lost. Returns the way to stop listening. */
  onRestored(listener: () => void): () => void
  close(): Promise<void>
}
