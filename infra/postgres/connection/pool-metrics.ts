import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'

/** The connections of a pool. */
export interface PoolUse {
  readonly used: number
  readonly waiting: number
  readonly limit: number
}

/** Registers the metrics of the pool of database connections, which are read at each scrape. */
export const createPoolMetrics = (registry: Registry, use: () => PoolUse): void => {
  const gauge = (name: string, help: string, value: (now: PoolUse) => number): void => {
    const collected: Gauge = new Gauge({ name, help, registers: [registry], collect: () => collected.set(value(use())) })
  }
  gauge('chat_database_pool_used', 'Connections of the pool that run a statement or a transaction', ({ used }) => used)
  gauge('chat_database_pool_waiting', 'Statements that wait for a connection of the pool', ({ waiting }) => waiting)
  gauge('chat_database_pool_limit', 'Most connections of the pool (DATABASE_POOL)', ({ limit }) => limit)
}
