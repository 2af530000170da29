import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'

const { fetch } = ConsumerGroup.prototype

async function fetchFilled(this: ConsumerGroup, nodeId: number): ReturnType<ConsumerGroup['fetch']> {
  const batches = await fetch.call(this, nodeId)
  return batches.filter((batch) => !batch.isEmpty() || batch.isEmptyDueToFiltering())
}

/**
 * The answer to a fetch has a batch for every partition, and most are empty at
 * usual rates. kafkajs passes each empty batch through its queue of workers,
 * about a dozen promises, without effect. This patch removes them. Batches
 * whose records were all filtered out are kept, because the driver must advance
 * past them. For all consumers of this process. Idempotent.
 */
export const skipEmptyBatches = (): void => {
  ConsumerGroup.prototype.fetch = fetchFilled
}
