import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'
import { afterEach, describe, expect, it } from 'vitest'
import { skipEmptyBatches } from '../../../../infra/kafka/kafkajs-patches/empty-batches.ts'

/** The unpatched method. */
const original = ConsumerGroup.prototype.fetch

const record = { offset: '7', isControlRecord: false }
const partitions = [
  { partition: 0, highWatermark: '8', abortedTransactions: [], messages: [record] },
  { partition: 1, highWatermark: '8', abortedTransactions: [], messages: [] },
  { partition: 2, highWatermark: '8', abortedTransactions: [], messages: [{ ...record, isControlRecord: true }] },
]

/** A group member with three partitions, and a broker that answers a fetch with the above. */
const member = (): ConsumerGroup => {
  const numbers = partitions.map(({ partition }) => partition)
  const fields = {
    cluster: {
      refreshMetadataIfNecessary: async () => {},
      findBroker: async () => ({ fetch: async () => ({ responses: [{ topicName: 'commands', partitions }] }) }),
    },
    checkForStaleAssignment: () => {},
    subscriptionState: { assigned: () => [{ topic: 'commands', partitions: numbers }], isPaused: () => false },
    filterPartitionsByNode: (_node: number, all: unknown) => all,
    seekOffsets: async () => {},
    seekOffset: { has: () => false },
    getActiveTopicPartitions: () => ({ commands: new Set(numbers) }),
    offsetManager: { committedOffsets: () => ({ commands: numbers.map(() => '7') }), nextOffset: () => '7' },
    preferredReadReplicasPerTopicPartition: {},
  }
  return Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, fields)
}

describe('a fetch of kafkajs', () => {
  afterEach(() => {
    ConsumerGroup.prototype.fetch = original
  })

  it('returns a batch for each partition, also without records, without the patch', async () => {
    expect((await member().fetch(1)).map(({ partition }) => partition)).toEqual([0, 1, 2])
  })

  it('omits batches without records, and keeps one whose records were all filtered out, with the patch', async () => {
    skipEmptyBatches()
    expect((await member().fetch(1)).map(({ partition }) => partition)).toEqual([0, 2])
  })
})
