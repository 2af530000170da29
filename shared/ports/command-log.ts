/** A record to be published: its key decides its place in the order. */
export interface NewRecord {
  /** The stream: a chat's id, or an external user id for `CreateUser`. */
  readonly key: string
  readonly value: string
  /** Reply address, command id, trace: what must survive an unreadable value. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * A record as it is delivered. `offset` is decimal text: it may exceed 2^53.
 * Strangers may write to a log: what is not UTF-8 has U+FFFD in its place, and
 * what is missing is an empty text.
 */
export interface LogRecord {
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
  readonly partition: number
  readonly offset: string
}

export interface RecordBatch {
  readonly partition: number
  /** In log order; never empty. */
  readonly records: readonly LogRecord[]
  /** To be called between attempts of long work. Throws when the partition is, or is about to be, another consumer's: rethrow it. */
  readonly heartbeat: () => Promise<void>
  /**
   * Aborted when consuming stops or is rewound, and when the partition is taken
   * away. The handler, and the batch's `done`, must settle soon afterwards.
   */
  readonly signal: AbortSignal
}

/** A batch whose partition may go on, while some of its effects still take place. */
export interface HandledBatch {
  /**
   * Resolves when every effect of the batch has taken place, so that the batch
   * may be acknowledged. Rejects when an effect is given up: then this batch
   * and all later ones are delivered again, as after `rewind`.
   */
  readonly done: Promise<void>
  /** Records that were handled, from the first of the batch; the next batch begins with the rest. Undefined: all of them. */
  readonly handled?: number
}

/**
 * Handles one batch. When it resolves, the next batch of the partition may be
 * delivered; when it throws, the same batch is delivered again. Other
 * partitions may wait for it, so a handler that takes long handles a part.
 */
export type BatchHandler = (batch: RecordBatch) => Promise<HandledBatch>

export interface Consumption {
  /** Takes no new batch, waits for the batches in hand and their `done`, acknowledges them and leaves. Idempotent. */
  stop(): Promise<void>
  /**
   * Gives up all batches in hand and delivers again, in every partition, from
   * the first record that is not acknowledged. Resolves when the
   * acknowledgement in flight has settled; does not wait for handlers, so that
   * a handler may call it. No batch that was given up is acknowledged.
   */
  rewind(): Promise<void>
  /** Rejects when consuming has ended for good without `stop`: the process should end and be restarted. */
  readonly failed: Promise<never>
  /** Records of this consumer's partitions that are not acknowledged, as of the last fetch of each. */
  readonly lag: number
}

export type PublishErrorKind = 'refused' | 'unknown' | 'too_large'

/**
 * `refused`: certainly in no log and in no buffer. `unknown`: may be in the
 * log; the same records must be published again before any others of theirs.
 * `too_large`: the records of `tooLarge` are in no log and would be refused at
 * every attempt; all others of the publish are durable.
 */
export class PublishError extends Error {
  readonly kind: PublishErrorKind
  /** The very objects that were published. */
  readonly tooLarge: ReadonlySet<object>
  constructor(fate: PublishErrorKind, message: string, options: ErrorOptions & { readonly tooLarge?: ReadonlySet<object> } = {}) {
    super(message, options)
    this.name = 'PublishError'
    this.kind = fate
    this.tooLarge = options.tooLarge ?? new Set()
  }
}

/**
 * Commands on their way to the writers.
 *
 * Promises:  records of one key are delivered in the order published, at least
 *            once, to one handler at a time; a publish that resolves is
 *            durable (as far as the adapter is: the in-memory one says no).
 *            Records are delivered in batches of one partition, and a slow
 *            handler slows the source: the batches of a partition that are
 *            handled but not done are bounded in number and bytes. Batches are
 *            acknowledged in log order: only those before the first that is
 *            not done. Several consumers share partitions.
 * Does not:  order records of different keys, or deliver only once. Does not
 *            retry a publish: the caller decides by the error's fate.
 * Blocks:    `publish` until acknowledged or failed.
 */
export interface CommandLog {
  /** Resolves when every record is durable; rejects with `PublishError`. */
  publish(records: readonly NewRecord[]): Promise<void>
  /** Resolves when consuming has begun; rejects when it cannot, after some patience. */
  consume(handler: BatchHandler): Promise<Consumption>
  /** Sets a record aside as it was, for people to look at, with its reason; without its value where that is too large. Resolves when durable. */
  deadLetter(record: LogRecord, reason: string): Promise<void>
  /** Stops what still consumes, lets publishes under way end, and refuses new ones. */
  close(): Promise<void>
}
