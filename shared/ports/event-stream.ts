/** An event for everyone else: the frame that sockets get, with `v` at its head. */
export interface StreamRecord {
  /** The room (or the user's id, for `create-user`). */
  readonly key: string
  /** `{"v":1,"event":…,"room":…,"seq":…,"body":…}` */
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Every event, for consumers outside this service.
 *
 * Promises:  at least once; keyed by stream; the same seq as sockets see; the
 *            first appearances of a stream's events are in seq order.
 * Does not:  promise single appearance: a consumer drops what is not greater
 *            than the last seq it applied. An event that is larger than the
 *            stream takes is left out and logged as an error: consumers see a
 *            gap in seq. Else it would stop the rooms of its partition for good.
 * Blocks:    `publish` until acknowledged; it rejects when that fails, and the
 *            caller publishes the same records again.
 */
export interface EventStream {
  publish(records: readonly StreamRecord[]): Promise<void>
  close(): Promise<void>
}
