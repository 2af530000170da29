import type { BackOffOptions } from '../../../shared/runtime/async/back-off.ts'
import { backOff } from '../../../shared/runtime/async/back-off.ts'
import type { OffsetCommits } from './offset-commits.ts'
import type { AssignmentProgress } from './partition-progress.ts'
import { dropAll } from './partition-progress.ts'

/** The parts of a consumer that a rewind uses. */
export interface RewindDeps {
  readonly commits: OffsetCommits
  /** Makes the driver's next fetch of the partition begin at this offset. */
  readonly seek: (partition: number, offset: string) => void
  /** Makes the consumer leave the group and join again. */
  readonly endSession: (cause: Error) => void
}

/** Options of `rewinds`. */
export interface RewindsOptions extends RewindDeps, BackOffOptions {
  readonly current: () => AssignmentProgress | undefined
  /** Replaces the current assignment. */
  readonly assign: (partitions: Iterable<number>) => AssignmentProgress
  readonly isFinishing: () => boolean
}

/** Returns to the committed offsets without leaving the group. One rewind at a time. */
export interface Rewinds {
  /** The rewind in progress: no batch may be delivered before it has ended. Never rejects. */
  readonly underWay: Promise<void> | undefined
  rewind(): Promise<void>
  /** Rewinds after a pause, which doubles with each consecutive failure. */
  afterFailure(): Promise<void>
  /** A batch was acknowledged: resets the count of consecutive failures. */
  onProgress(): void
}

/** It is unknown whether the brokers have the last commit; only a new generation of the group resolves that. */
class UncertainCommitError extends Error {
  readonly retriable = true
  override readonly name = 'UncertainCommitError'
}

/** Creates the rewinds of one consumer session. */
export const rewinds = (options: RewindsOptions): Rewinds => {
  const { commits, seek, endSession, clock, times, current, assign, isFinishing } = options
  let underWay: Promise<void> | undefined
  let failures = 0

  const seekAll = ({ progress }: AssignmentProgress): void => {
    try {
      for (const [partition, { committed }] of progress) seek(partition, committed)
    } catch (error) {
      assign([])
      endSession(new UncertainCommitError('the driver cannot seek', { cause: error }))
    }
  }

  const goBack = async (pauses: number): Promise<void> => {
    const given = current()
    given?.partitionAssignment.giveBack()
    // A lost assignment is followed by one that begins at the committed offsets.
    const fresh =
      given === undefined || given.partitionAssignment.lost !== undefined
        ? undefined
        : assign(given.partitionAssignment.partitions)
    if (given !== undefined) dropAll(given)
    const isCertain = await commits.drop()
    if (fresh === undefined || isFinishing()) return
    if (pauses > 0) await backOff({ clock, times }, pauses, fresh.partitionAssignment.signal)
    // An assignment that has replaced it meanwhile begins at the committed offsets.
    if (fresh !== current() || given === undefined) return
    if (isCertain) return seekAll(given)
    assign([])
    endSession(new UncertainCommitError('an offset commit has no answer'))
  }

  const begin = (pauses: number): Promise<void> => {
    underWay ??= goBack(pauses).finally(() => {
      underWay = undefined
    })
    return underWay
  }

  return {
    get underWay() {
      return underWay
    },
    rewind: () => begin(0),
    afterFailure: () => {
      failures += 1
      return begin(failures)
    },
    onProgress: () => {
      failures = 0
    },
  }
}
