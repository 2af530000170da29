import type { Redis } from 'ioredis'
import type { ConnectionOptions, Connections } from './connections.ts'

/** One server that holds channels: a connection to publish on, one to subscribe on. */
export interface Shard {
  readonly publisher: Redis
  readonly subscriber: Redis
}

/** The servers of one Redis, and which of them holds a channel. */
export interface Shards {
  readonly all: readonly Shard[]
  /** Throws when no server holds it. */
  of(channel: string): Shard
}

const asPublisher: ConnectionOptions = { connectionName: 'fan-out-publisher', enableAutoPipelining: true }
const asSubscriber: ConnectionOptions = { connectionName: 'fan-out-subscriber' }

export const openShard = async (connections: Connections, to: string | ConnectionOptions, kin?: Redis): Promise<Shard> => {
  const [publisher, subscriber] = await Promise.all([
    connections.open(to, asPublisher, kin),
    connections.open(to, asSubscriber, kin),
  ])
  return { publisher, subscriber }
}

/** A single server holds every channel. */
export const openSingleShard = async (connections: Connections, url: string): Promise<Shards> => {
  const shard = await openShard(connections, url)
  return { all: [shard], of: () => shard }
}
