import type { AcknowledgementQueue } from '../../../shared/runtime/async/acknowledgement-queue.ts'
import { acknowledgementBounds, acknowledgementQueue } from '../../../shared/runtime/async/acknowledgement-queue.ts'
import type { PartitionAssignment } from './partition-assignment.ts'

/** The progress of one partition since it was assigned, or since the last rewind. Offsets are decimal text. */
export interface PartitionProgress {
  readonly queue: AcknowledgementQueue
  /** The committed offset: a rewind delivers from here. */
  committed: string
  /** The offset after the last acknowledged record. */
  acknowledged: string
  /** The end of the partition, as of its last fetch. */
  end: string
}

/** An assignment with the progress of its partitions; replaced by each rebalance and each rewind. */
export interface AssignmentProgress {
  readonly partitionAssignment: PartitionAssignment
  readonly progress: Map<number, PartitionProgress>
}

/** The progress of the partition, created at the first delivered offset. */
export const progressOf = (
  { partitionAssignment, progress }: AssignmentProgress,
  partition: number,
  firstOffset: string,
  onFailure: (error: unknown) => void,
): PartitionProgress => {
  const known = progress.get(partition)
  if (known !== undefined) return known
  const queue = acknowledgementQueue({ ...acknowledgementBounds, signal: partitionAssignment.signal, onFailure })
  const begun = { queue, committed: firstOffset, acknowledged: firstOffset, end: firstOffset }
  progress.set(partition, begun)
  return begun
}

/** Number of records up to the end of the partitions, as of their last fetch, that are not acknowledged. */
export const lagOf = ({ progress }: AssignmentProgress): number =>
  [...progress.values()].reduce((sum, { end, acknowledged }) => sum + Number(BigInt(end) - BigInt(acknowledged)), 0)

/** Drops the acknowledgement queues of all partitions. */
export const dropAll = ({ progress }: AssignmentProgress): void => {
  for (const { queue } of progress.values()) queue.drop()
}

/** Resolves when the acknowledgement queues of all partitions are empty or dropped. */
export const untilAllEmpty = async ({ progress }: AssignmentProgress): Promise<void> => {
  await Promise.all([...progress.values()].map(({ queue }) => queue.whenEmpty()))
}
