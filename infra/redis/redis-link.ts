import type { Redis } from 'ioredis'
import { openClusterShards } from './cluster-shards.ts'
import { redisConnections } from './connections.ts'
import type { Shard, Shards } from './shards.ts'
import { openSingleShard } from './shards.ts'

export interface RedisLinkOptions {
  readonly urls: readonly string[]
  readonly isCluster: boolean
  readonly connectMs: number
  readonly onMessage: (channel: string, payload: Buffer) => void
  /** Told once at most: a connection ended, or the cluster's map changed. */
  readonly onEnd: (cause: Error) => void
}

export interface Message {
  readonly channel: string
  readonly payload: string
}

/** One life of the connections to Redis: opened, used, closed; never mended. */
export interface RedisLink {
  /** Resolves when all connections may be used. */
  open(): Promise<void>
  /** Resolves when Redis has replied to all; they are sent in order, before this call's turn ends. */
  publish(messages: readonly Message[]): Promise<void>
  /** Resolves when everything published to them from then on will be heard. */
  subscribe(channels: readonly string[]): Promise<void>
  unsubscribe(channels: readonly string[]): Promise<void>
  /** Resolves when every connection has answered; on a subscriber, behind all that it was sent before. */
  ping(): Promise<void>
  close(): void
}

/** The commands of plain pub/sub, where one command may name many channels, and of sharded pub/sub, where none does. */
const dialects = {
  plain: { publish: 'publish', subscribe: 'subscribe', unsubscribe: 'unsubscribe', heard: 'messageBuffer', channels: 1_000 },
  sharded: { publish: 'spublish', subscribe: 'ssubscribe', unsubscribe: 'sunsubscribe', heard: 'smessageBuffer', channels: 1 },
} as const

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

export const redisLink = ({ urls, isCluster, connectMs, onMessage, onEnd }: RedisLinkOptions): RedisLink => {
  const dialect = isCluster ? dialects.sharded : dialects.plain
  const connections = redisConnections(connectMs, onEnd)
  let shards: Shards | undefined

  const opened = (): Shards => {
    if (shards === undefined) throw new Error('the link is not open')
    return shards
  }

  const listen = ({ subscriber }: Shard): void => {
    subscriber.on(dialect.heard, (channel: Buffer, payload: Buffer) => onMessage(channel.toString(), payload))
    // The server let go of a channel, because its slot lives elsewhere now.
    subscriber.on('moved', () => onEnd(new Error('the map of the cluster changed')))
  }

  const perShard = async (
    channels: readonly string[],
    command: (subscriber: Redis, channels: string[]) => Promise<unknown>,
  ): Promise<void> => {
    const groups = Map.groupBy(channels, (channel) => opened().of(channel))
    const sent = [...groups].flatMap(([{ subscriber }, those]) => {
      // One write for all of them.
      subscriber.stream.cork()
      const replies = chunks(those, dialect.channels).map((chunk) => command(subscriber, chunk))
      process.nextTick(() => subscriber.stream.uncork())
      return replies
    })
    await Promise.all(sent)
  }

  return {
    open: async () => {
      const [url = ''] = urls
      shards = await (isCluster ? openClusterShards(connections, urls) : openSingleShard(connections, url))
      for (const shard of shards.all) listen(shard)
    },
    publish: async (messages) => {
      const { of } = opened()
      await Promise.all(messages.map(({ channel, payload }) => of(channel).publisher[dialect.publish](channel, payload)))
    },
    subscribe: (channels) => perShard(channels, (subscriber, those) => subscriber[dialect.subscribe](...those)),
    unsubscribe: (channels) => perShard(channels, (subscriber, those) => subscriber[dialect.unsubscribe](...those)),
    ping: async () => {
      await Promise.all(opened().all.flatMap(({ publisher, subscriber }) => [publisher.ping(), subscriber.ping()]))
    },
    close: connections.close,
  }
}
