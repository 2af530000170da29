/** One publication: opaque text for the present listeners of a channel. */
export interface Publication {
  readonly channel: string
  readonly payload: string
}

/** One listener's subscription to one channel. */
export interface Subscription {
  /**
   * Resolves when every later publication will be received, or at once while
   * the fan-out is `down`: `onRestored` is then called later. Never rejects.
   */
  readonly ready: Promise<void>
  /** Idempotent. The listener is not called afterwards. */
  close(): void
}

/** `down`: publications are neither sent nor received. */
export type FanOutState = 'up' | 'down'

/**
 * Notifies gateways of new events and outcomes.
 *
 * Promises:  the listeners of a channel receive the publications of one
 *            publisher in the order published. A dead or silent server is
 *            noticed within 10 s.
 * Does not:  guarantee delivery. A publication may be lost or repeated;
 *            receivers compare seqs and repair from the event store.
 * Blocks:    never. `publish` rejects at once while the state is `down`, and
 *            within the request time-out otherwise. A slow listener must queue
 *            by itself; a listener that throws is logged and kept.
 */
export interface FanOut {
  /** Resolves when the server has accepted all items. */
  publish(items: readonly Publication[]): Promise<void>
  /** Calls `listener` with each publication on the channel. */
  subscribe(channel: string, listener: (payload: Buffer) => void): Subscription
  /**
   * The number of processes that are subscribed to each channel now, in the order
   * of the channels. A process that has just closed its subscription may still
   * count. Rejects at once while the state is `down`, and within the request
   * time-out otherwise.
   */
  listeners(channels: readonly string[]): Promise<readonly number[]>
  readonly state: FanOutState
  /**
   * Calls `listener` after every reconnect, once every subscription is in place
   * again: later publications are received, earlier ones may be lost. Returns
   * a function that removes the listener.
   */
  onRestored(listener: () => void): () => void
  close(): Promise<void>
}
