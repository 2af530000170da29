/** A record to publish. Records of one key keep their order. */
export interface NewRecord {
  /** The stream: a chat's id, or an external user id for `CreateUser`. */
  readonly key: string
  readonly value: string
  /** Reply address, command id and trace: readable even if the value is not. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * A delivered record. `offset` is decimal text, because it may exceed 2^53.
 * Other programs may write to a log: bytes that are not UTF-8 are replaced by
 * U+FFFD, and a missing key, value or header is an empty text.
 */
export interface LogRecord {
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
  readonly partition: number
  readonly offset: string
}

/** Records of one partition, delivered to a handler together. */
export interface RecordBatch {
  readonly partition: number
  /** In log order; never empty. */
  readonly records: readonly LogRecord[]
  /** Call between attempts of long work. Throws when the partition has moved, or is about to move, to another consumer: rethrow that error. */
  readonly heartbeat: () => Promise<void>
  /**
   * Aborted when consuming stops, is rewound, or loses the partition. The
   * handler, and the batch's `done`, must settle soon afterwards.
   */
  readonly signal: AbortSignal
}

/** A batch after which the partition may continue, while some of its effects are still pending. */
export interface HandledBatch {
  /**
   * Resolves when every effect of the batch is complete, so that the batch may
   * be acknowledged. Rejects when an effect was given up: this batch and all
   * later ones are then delivered again, as after `rewind`.
   */
  readonly done: Promise<void>
  /** Number of records handled, from the start of the batch; the next batch begins with the rest. Undefined: all of them. */
  readonly handled?: number
}

/**
 * Handles one batch. After it resolves, the next batch of the partition may be
 * delivered; after it throws, the same batch is delivered again. Other
 * partitions may wait meanwhile, so a slow handler should handle a part only.
 */
export type BatchHandler = (batch: RecordBatch) => Promise<HandledBatch>

/** One consumer that has begun. */
export interface Consumption {
  /** Takes no new batch, waits for the delivered batches and their `done`, acknowledges them and leaves. Idempotent. */
  stop(): Promise<void>
  /**
   * Gives up all delivered batches and delivers again, in every partition, from
   * the first record that is not acknowledged. Resolves when a pending
   * acknowledgement has settled; does not wait for handlers, so that a handler
   * may call it. A batch that was given up is never acknowledged.
   */
  rewind(): Promise<void>
  /** Rejects when consuming has ended without `stop` and cannot be resumed: end the process and restart it. */
  readonly failed: Promise<never>
  /** Number of records of this consumer's partitions that are not acknowledged, as of the last fetch of each partition. */
  readonly lag: number
}

/**
 * The certain facts about the records after a failed publish. `refused`: none of
 * them is in the log or in a buffer. `unknown`: they may be in the log; publish
 * the same records again before any others of the same keys. `too_large`: the
 * records in `tooLarge` are not in the log and would be refused at every
 * attempt; all others of the publish are durable.
 */
export type PublishErrorKind = 'refused' | 'unknown' | 'too_large'

/** The error of `CommandLog.publish` and `CommandLog.deadLetter`. */
export class PublishError extends Error {
  readonly kind: PublishErrorKind
  /** The same objects that were passed to `publish`. */
  readonly tooLarge: ReadonlySet<object>
  constructor(kind: PublishErrorKind, message: string, options: ErrorOptions & { readonly tooLarge?: ReadonlySet<object> } = {}) {
    super(message, options)
    this.name = 'PublishError'
    this.kind = kind
    this.tooLarge = options.tooLarge ?? new Set()
  }
}

/**
 * The ordered log of commands between gateways and writers.
 *
 * Promises:  records of one key are delivered in the order published, at least
 *            once, to one handler at a time; a publish that resolves is as
 *            durable as the adapter (the in-memory one is not durable).
 *            Records are delivered in batches of one partition, and a slow
 *            handler slows the source: the batches of a partition that are
 *            handled but not done are bounded in number and bytes. Batches are
 *            acknowledged in log order, up to the first that is not done.
 *            Several consumers share the partitions.
 * Does not:  order records of different keys, or deliver exactly once. Does
 *            not retry a publish: the caller decides by the error's kind.
 * Blocks:    `publish` until acknowledged or failed.
 */
export interface CommandLog {
  /** Resolves when every record is durable; rejects with `PublishError`. */
  publish(records: readonly NewRecord[]): Promise<void>
  /** Resolves when consuming has begun. Waits while servers are unavailable; rejects if no retry can help. */
  consume(handler: BatchHandler): Promise<Consumption>
  /** Stores an unusable record unchanged, with the reason, for an operator to examine; without its value if that is too large. Resolves when durable. */
  deadLetter(record: LogRecord, reason: string): Promise<void>
  /** Stops all consumers, waits for pending publishes, and refuses new ones. */
  close(): Promise<void>
}
