import type { KafkaCommandLogOptions } from '../command-log.ts'
import { topicsOf, writerGroup } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'

/** How far the writers are behind in one partition of `chat.commands`. */
export interface PartitionLag {
  readonly partition: number
  /** The offset of the next record that will be put there. */
  readonly end: bigint
  /** Up to which the writers have acknowledged; that of the oldest record kept while they have not yet. */
  readonly committed: bigint
}

/** Compares the ends of the log with what its group has acknowledged; rejects with a `KafkaError`. */
export const groupLag = (options: KafkaCommandLogOptions): Promise<readonly PartitionLag[]> =>
  withAdmin(options, async (admin) => {
    const { name } = topicsOf(options.namespace, options.partitions).commands
    const ends = await admin.fetchTopicOffsets(name)
    const groups = await admin.fetchOffsets({ groupId: writerGroup(options.namespace), topics: [name] })
    const committed = new Map(groups[0]?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]))
    return ends
      .map(({ partition, high, low }) => {
        const acknowledged = committed.get(partition) ?? -1n
        return { partition, end: BigInt(high), committed: acknowledged < 0n ? BigInt(low) : acknowledged }
      })
      .sort((a, b) => a.partition - b.partition)
  })
