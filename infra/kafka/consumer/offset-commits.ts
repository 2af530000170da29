import type { OffsetsByTopicPartition } from 'kafkajs'
import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { isFence, reasonOf } from '../driver/driver-error.ts'

export type CommitOffsets = (offsets: OffsetsByTopicPartition) => Promise<void>

/**
 * The places that a consumer has come to, told to the brokers every now and then.
 *
 * Promises:  at most one commit under way, and none for a place that has been
 *            forgotten; what could not be committed is tried again.
 * Does not:  let anybody wait, but by `flush`. Who consumes next begins at the
 *            last commit that succeeded.
 */
export interface OffsetCommits {
  /** Everything before `next` is done. `commit` is how the driver commits at present. */
  done(partition: number, next: string, commit: CommitOffsets): void
  /** Commits now; resolves when that has been tried. */
  flush(): Promise<void>
  /** The partitions may be another consumer's: what is not committed is delivered again there. */
  forget(): void
  /**
   * Gives up what is not committed and resolves when no commit is in flight:
   * with false if the last one failed, so that the brokers may have it or not.
   */
  drop(): Promise<boolean>
}

export interface OffsetCommitsOptions {
  readonly topic: string
  readonly everyMs: number
  readonly clock: Clock
  readonly log: Log
}

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
      if (!isFailing && !isFence(error)) log.warn({ reason: reasonOf(error) }, 'offsets are not committed')
      isFailing = true
      // Unless they were forgotten meanwhile.
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
