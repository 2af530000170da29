/** An event for other systems: the frame that sockets receive, preceded by `v`. */
export interface StreamRecord {
  /** The room; for `create-user` the id of the user. */
  readonly key: string
  /** `{"v":1,"event":…,"room":…,"seq":…,"body":…}` */
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * All events, for consumers outside this service.
 *
 * Promises:  at-least-once delivery, keyed by stream, with the seqs that
 *            sockets see; the first occurrences of a stream's events are in
 *            seq order.
 * Does not:  deliver exactly once: a consumer ignores records whose seq is not
 *            greater than the last one it applied. An event that exceeds the
 *            size limit of the stream is left out and logged as an error, and
 *            consumers see a gap in seq; a retry would block the rooms of its
 *            partition for ever.
 * Blocks:    `publish` until acknowledged; it rejects on failure, and the
 *            caller publishes the same records again.
 */
export interface EventStream {
  /** Resolves when every record is durable. */
  publish(records: readonly StreamRecord[]): Promise<void>
  /** Waits for pending publishes and refuses new ones. */
  close(): Promise<void>
}
