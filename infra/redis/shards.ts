import type { Redis } from 'ioredis'
import { Command } from 'ioredis'
import { readClusterMap } from './cluster-map.ts'

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
  /** Whom else to ask for the servers next time. */
  readonly nodes: readonly string[]
}

export interface Opening {
  /** A connection whose end is the end of all. */
  open(url: string, name: string): Promise<Redis>
  /** One whose end matters to nobody. */
  openGuide(url: string): Promise<Redis>
}

const openShard = async (url: string, { open }: Opening): Promise<Shard> => {
  const [publisher, subscriber] = await Promise.all([open(url, 'fan-out-publisher'), open(url, 'fan-out-subscriber')])
  return { publisher, subscriber }
}

/** A single server holds every channel. */
export const openSingleShard = async (url: string, opening: Opening): Promise<Shards> => {
  const shard = await openShard(url, opening)
  return { all: [shard], of: () => shard, nodes: [] }
}

const slotOf = (channel: string): number => new Command('ssubscribe', [channel]).getSlot()

/**
 * Every master of a Redis Cluster, with sharded pub/sub: each channel lives on
 * the master of its slot.
 *
 * Not the driver's `Cluster`: a subscriber of its own cannot be reached to be
 * asked for a sign of life, it mends itself without saying so (what was lost
 * meanwhile is then never repaired), it redirects a publication behind its
 * successor, and its books make 20,000 subscriptions take seconds. Here a
 * change of the map ends the connections, and fresh ones read the new map.
 */
export const openClusterShards = async (configured: string, known: readonly string[], opening: Opening): Promise<Shards> => {
  const { ranges, nodes } = await readClusterMap(configured, known, opening.openGuide)
  const masters = [...new Set(ranges.map(({ url }) => url))]
  const opened = await Promise.all(masters.map(async (url) => [url, await openShard(url, opening)] as const))
  const byUrl = new Map(opened)
  const bySlot: (Shard | undefined)[] = []
  for (const { first, last, url } of ranges) {
    for (let slot = first; slot <= last; slot += 1) bySlot[slot] = byUrl.get(url)
  }
  return {
    all: [...byUrl.values()],
    of: (channel) => {
      const shard = bySlot[slotOf(channel)]
      if (shard === undefined) throw new Error('no node of the cluster holds the channel')
      return shard
    },
    nodes,
  }
}
