import type { AcknowledgementQueue } from '../../../shared/runtime/async/acknowledgement-queue.ts'
import { acknowledgementBounds, acknowledgementQueue } from '../../../shared/runtime/async/acknowledgement-queue.ts'
import type { PartitionAssignment } from './partition-assignment.ts'

/** How far one partition has come since it was assigned, or since the last rewind. Offsets are decimal text. */
export interface PartitionProgress {
  readonly queue: AcknowledgementQueue
  /** The brokers have this offset: after a rewind the partition is delivered from here. */
  committed: string
  /** The offset after the last acknowledged record. */
  acknowledged: string
  /** The end of the partition, as of its last fetch. */
  end: string
}

/** The partitions of one generation of the group, or of the time between two rewinds. */
export interface AssignmentProgress {
  readonly partitionAssignment: PartitionAssignment
  readonly progress: Map<number, PartitionProgress>
}

/** The progress of the partition; it begins at the first offset that is delivered. */
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

/** Fetched and not acknowledged. */
export const lagOf = ({ progress }: AssignmentProgress): number =>
  [...progress.values()].reduce((sum, { end, acknowledged }) => sum + Number(BigInt(end) - BigInt(acknowledged)), 0)

export const dropAll = ({ progress }: AssignmentProgress): void => {
  for (const { queue } of progress.values()) queue.drop()
}

export const untilAllEmpty = async ({ progress }: AssignmentProgress): Promise<void> => {
  await Promise.all([...progress.values()].map(({ queue }) => queue.whenEmpty()))
}
