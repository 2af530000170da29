import type { Registry } from 'prom-client'
import { Counter } from 'prom-client'

/** Registers the counter of assignments of partitions. */
export const createRebalances = (registry: Registry): Counter =>
  new Counter({
    name: 'chat_consumer_rebalances_total',
    help: 'Times that the group of the writers assigned partitions to this writer; each start of a writer is one for all',
    registers: [registry],
  })
