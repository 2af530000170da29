import type { OffsetsByTopicPartition } from 'kafkajs'
import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { isFence, reasonOf } from '../driver/driver-error.ts'

/** Commits offsets as a member of the group; rejects when the group refuses. */
export type CommitOffsets = (offsets: OffsetsByTopicPartition) => Promise<void>

/**
 * Commits the offsets of a consumer periodically.
 *
 * Promises:  at most one commit is pending, and a forgotten offset is never
 *            committed; a failed commit is retried.
 * Does not:  make callers wait, except `flush`. The next consumer begins at the
 *            last successful commit.
 */
export interface OffsetCommits {
  /** All records before the offset `next` are done. `commit` is the present commit function of the driver. */
  done(partition: number, next: string, commit: CommitOffsets): void
  /** Commits now; resolves after the attempt. */
  flush(): Promise<void>
  /** Discards uncommitted offsets, because the partitions may belong to another consumer. */
  forget(): void
  /**
   * Discards uncommitted offsets and resolves when no commit is pending: with
   * false if the last commit failed, and the brokers may or may not have it.
   */
  drop(): Promise<boolean>
}

/** Options of `offsetCommits`. */
export interface OffsetCommitsOptions {
  readonly topic: string
  readonly everyMs: number
  readonly clock: Clock
  readonly log: Log
}

/** Creates the commits of one topic; the first timer starts with the first `done`. */
export const offsetCommits = ({ topic, everyMs, clock, log }: OffsetCommitsOptions): OffsetCommits => {
  let waiting = new Map<number, string>()
  let commit: CommitOffsets | undefined
  let timer: Timer | undefined
  let committing: Promise<void> = Promise.resolve()
  let isFailing = false

  const later = (): void => {
    timer ??= clock.after(everyMs, () => void flush())
  }

  const keepFor = (next: string, places: Map<number, string>, partition: number): void => {
    if (!places.has(partition)) places.set(partition, next)
  }

  const commitWaiting = async (): Promise<void> => {
    const places = waiting
    if (commit === undefined || places.size === 0) return
    const kept = new Map<number, string>()
    waiting = kept
    try {
      await commit({ topics: [{ topic, partitions: [...places].map(([partition, offset]) => ({ partition, offset })) }] })
      isFailing = false
    } catch (error) {
      if (!isFailing && !isFence(error))
        log.warn({ reason: reasonOf(error) }, 'an offset commit failed; its offsets are committed again later')
      isFailing = true
      // `forget` or `drop` was called meanwhile.
      if (waiting !== kept) return
      for (const [partition, next] of places) keepFor(next, kept, partition)
      later()
    }
  }

  const cancelTimer = (): void => {
    timer?.cancel()
    timer = undefined
  }

  const flush = (): Promise<void> => {
    cancelTimer()
    committing = committing.then(commitWaiting)
    return committing
  }

  return {
    done: (partition, next, commitNow) => {
      waiting.set(partition, next)
      commit = commitNow
      later()
    },
    flush,
    forget: () => {
      waiting = new Map()
      isFailing = false
      cancelTimer()
    },
    drop: async () => {
      waiting = new Map()
      cancelTimer()
      await committing
      return !isFailing
    },
  }
}
