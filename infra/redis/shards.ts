import type { Redis } from 'ioredis'
import { Command } from 'ioredis'
import { readClusterMap } from './cluster-map.ts'

/** The two connections to one server: one to publish, one to subscribe. */
export interface Shard {
  readonly publisher: Redis
  readonly subscriber: Redis
}

/** The servers of a Redis, and the assignment of channels to them. */
export interface Shards {
  readonly all: readonly Shard[]
  /** The shard of the channel. Throws when no server has its slot. */
  of(channel: string): Shard
  /** URLs of the nodes of the cluster, for the next link. */
  readonly nodes: readonly string[]
}

/** Opens the connections of a link. */
export interface Opening {
  /** Opens a connection whose end ends the link. */
  open(url: string, name: string): Promise<Redis>
  /** Opens a connection for one request, whose end has no effect. */
  openGuide(url: string): Promise<Redis>
}

const openShard = async (url: string, { open }: Opening): Promise<Shard> => {
  const [publisher, subscriber] = await Promise.all([open(url, 'fan-out-publisher'), open(url, 'fan-out-subscriber')])
  return { publisher, subscriber }
}

/** A single server for all channels. */
export const openSingleShard = async (url: string, opening: Opening): Promise<Shards> => {
  const shard = await openShard(url, opening)
  return { all: [shard], of: () => shard, nodes: [] }
}

const slotOf = (channel: string): number => new Command('ssubscribe', [channel]).getSlot()

/**
 * All masters of a Redis Cluster with sharded pub/sub: each channel is on the
 * master of its slot. A change of the slots ends the link, and the next link
 * reads the new assignment.
 *
 * ioredis's `Cluster` is not used: its internal subscriber cannot be pinged, it
 * reconnects silently (losses are then never repaired), it redirects a
 * publication behind a later one, and its bookkeeping makes 20,000 subscriptions
 * take seconds.
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
      if (shard === undefined) throw new Error('no node of the cluster has the slot of the channel')
      return shard
    },
    nodes,
  }
}
