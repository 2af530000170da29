/** A handled batch whose effects may be pending. */
export interface PendingBatch {
  readonly bytes: number
  /** Resolves when its effects are complete; rejects when they were given up. */
  readonly done: Promise<void>
  /** Called once, when this batch and all before it are done. */
  readonly acknowledge: () => void
}

/**
 * The handled batches of one partition, acknowledged in the order added.
 *
 * Promises:  a batch is acknowledged only when all before it are done. After a
 *            failure or `drop`, no batch is acknowledged.
 */
export interface AcknowledgementQueue {
  add(batch: PendingBatch): void
  /** Resolves when the queue is not full, or the signal is aborted, or the queue was dropped. */
  whenNotFull(): Promise<void>
  /** Resolves when every batch is acknowledged, or the queue was dropped. */
  whenEmpty(): Promise<void>
  /** Discards all batches. */
  drop(): void
}

/** The bounds of a queue, and its callbacks. */
export interface AcknowledgementQueueOptions {
  /** The queue is full at this many batches or bytes. */
  readonly maxBatches: number
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Called once, after the effects of a batch were given up and the queue was dropped. */
  readonly onFailure: (error: unknown) => void
}

/** Enough for the batches that a partition handles while one event-stream flush is in flight. */
export const acknowledgementBounds = { maxBatches: 64, maxBytes: 2 * 1024 * 1024 } as const

/** Creates an empty queue. */
export const acknowledgementQueue = (options: AcknowledgementQueueOptions): AcknowledgementQueue => {
  const { maxBatches, maxBytes, signal, onFailure } = options
  const queue: { readonly batch: PendingBatch; isDone: boolean }[] = []
  let bytes = 0
  let isDropped = false
  let waiting: (() => void)[] = []

  const wake = (): void => {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }
  signal.addEventListener('abort', wake, { once: true })

  const until = async (isMet: () => boolean): Promise<void> => {
    while (!isDropped && !isMet()) await new Promise<void>((resolve) => waiting.push(resolve))
  }

  const acknowledgeFirst = (): void => {
    for (let first = queue[0]; first?.isDone === true; first = queue[0]) {
      queue.shift()
      bytes -= first.batch.bytes
      first.batch.acknowledge()
    }
    wake()
  }

  const drop = (): void => {
    isDropped = true
    queue.length = 0
    wake()
  }

  const fail = (error: unknown): void => {
    if (isDropped) return
    drop()
    onFailure(error)
  }

  return {
    add: (batch) => {
      const entry = { batch, isDone: false }
      if (!isDropped) {
        queue.push(entry)
        bytes += batch.bytes
      }
      batch.done.then(() => {
        entry.isDone = true
        acknowledgeFirst()
      }, fail)
    },
    whenNotFull: () => until(() => signal.aborted || (queue.length < maxBatches && bytes < maxBytes)),
    whenEmpty: () => until(() => queue.length === 0),
    drop,
  }
}
