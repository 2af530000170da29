import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'

const { fetch } = ConsumerGroup.prototype

async function fetchFilled(this: ConsumerGroup, nodeId: number): ReturnType<ConsumerGroup['fetch']> {
  const batches = await fetch.call(this, nodeId)
  return batches.filter((batch) => !batch.isEmpty() || batch.isEmptyDueToFiltering())
}

/**
 * A fetch names all partitions, and its answer has a batch for each, most of
 * them empty at everyday rates. The driver takes each empty one through its
 * queue of workers, a dozen promises, to do nothing. Batches whose records were
 * filtered out are kept: the driver has to move past them. For all consumers of
 * this process; may be called again.
 */
export const skipEmptyBatches = (): void => {
  ConsumerGroup.prototype.fetch = fetchFilled
}
