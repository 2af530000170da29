import type { Redis } from 'ioredis'
import { Command } from 'ioredis'
import type { Connections } from './connections.ts'
import type { Shard, Shards } from './shards.ts'
import { openShard } from './shards.ts'

interface SlotRange {
  readonly first: number
  readonly last: number
  readonly host: string
  readonly port: number
}

/** The map of slots, and a connection that lends its credentials and TLS to those to the masters. */
interface ClusterMap {
  readonly ranges: readonly SlotRange[]
  readonly guide: Redis
}

const askOne = async (connections: Connections, url: string): Promise<ClusterMap> => {
  const guide = await connections.open(url, { connectionName: 'fan-out-guide', db: 0 })
  const answer = await guide.cluster('SLOTS')
  // A node that does not know its own address leaves it out: it is where we asked.
  const self = guide.options.host ?? ''
  const ranges = answer.map(([first, last, master]) => ({ first, last, host: master?.[0] || self, port: master?.[1] ?? 0 }))
  if (ranges.length === 0) throw new Error('the node is in no cluster')
  return { ranges, guide }
}

/** Asks all nodes at once, because one may be silent; the first answer counts. */
const askAny = async (connections: Connections, urls: readonly string[]): Promise<ClusterMap> => {
  try {
    return await Promise.any(urls.map((url) => askOne(connections, url)))
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error
  }
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
export const openClusterShards = async (connections: Connections, urls: readonly string[]): Promise<Shards> => {
  const { ranges, guide } = await askAny(connections, urls)
  const addresses = new Map(ranges.map(({ host, port }) => [`${host}:${port}`, { host, port }]))
  const opened = await Promise.all(
    [...addresses].map(async ([name, address]) => [name, await openShard(connections, address, guide)] as const),
  )
  const byName = new Map<string, Shard>(opened)
  const bySlot: Shard[] = []
  for (const { first, last, host, port } of ranges) {
    const shard = byName.get(`${host}:${port}`)
    if (shard !== undefined) for (let slot = first; slot <= last; slot += 1) bySlot[slot] = shard
  }
  return {
    all: [...byName.values()],
    of: (channel) => {
      const shard = bySlot[slotOf(channel)]
      if (shard === undefined) throw new Error('no node of the cluster holds the channel')
      return shard
    },
  }
}
