import type { KafkaCommandLogOptions } from '../command-log.ts'
import { topicsOf, writerGroup } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'

/** The progress of the writers in one partition of `chat.commands`. */
export interface PartitionLag {
  readonly partition: number
  /** The offset of the next record to be appended. */
  readonly end: bigint
  /** The offset up to which the writers have acknowledged; the oldest offset of the partition while they have committed none. */
  readonly committed: bigint
}

/** The end and the committed offset of each partition of `chat.commands`. Rejects with `KafkaError`. */
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
