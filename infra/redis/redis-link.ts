import type { Redis } from 'ioredis'
import { chunks } from '../../shared/runtime/async/chunks.ts'
import type { TlsMaterial } from '../tls/tls-files.ts'
import { openConnection } from './connection.ts'
import type { Opening, Shard } from './shards.ts'
import { openClusterShards, openSingleShard } from './shards.ts'

/** Options of one link. */
export interface RedisLinkOptions {
  /** The one server, or a node of the cluster. */
  readonly url: string
  /** URLs of cluster nodes that an earlier link has learnt. */
  readonly known: readonly string[]
  readonly isCluster: boolean
  readonly tls: TlsMaterial | undefined
  readonly silentMs: number
  readonly onMessage: (channel: string, payload: Buffer) => void
  /** Called at least once when the link has failed: a connection ended, a subscription was refused, or the slots of the cluster changed. */
  readonly onEnd: (cause: Error) => void
  /** Ends the link: all sockets are destroyed, and no message is delivered any more. */
  readonly signal: AbortSignal
}

/** A message to publish; the channel has its prefix. */
export interface RedisMessage {
  readonly channel: string
  readonly payload: string
}

/** The connections to Redis until their first failure; a failed link is replaced, never repaired. Unanswered calls then reject. */
export interface RedisLink {
  /** Resolves when Redis has answered all; the messages are sent in order, before this call returns. */
  publish(messages: readonly RedisMessage[]): Promise<void>
  /** Resolves when all later publications on the channels will be received. */
  subscribe(channels: readonly string[]): Promise<void>
  unsubscribe(channels: readonly string[]): Promise<void>
  /** The number of connections that are subscribed to each channel. */
  listeners(channels: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Resolves when every connection has answered, after all earlier commands on it. */
  ping(): Promise<void>
  /** URLs of the nodes of the cluster, for the next link. */
  readonly nodes: readonly string[]
}

/** The commands of plain pub/sub, with many channels per command, and of sharded pub/sub, with one. */
const dialects = {
  plain: {
    publish: 'publish',
    subscribe: 'subscribe',
    unsubscribe: 'unsubscribe',
    event: 'messageBuffer',
    channels: 1_000,
    count: 'NUMSUB',
  },
  sharded: {
    publish: 'spublish',
    subscribe: 'ssubscribe',
    unsubscribe: 'sunsubscribe',
    event: 'smessageBuffer',
    channels: 1,
    count: 'SHARDNUMSUB',
  },
} as const

/** Channels of one PUBSUB NUMSUB, so that one answer does not keep a server busy. */
const countedAtOnce = 200

/** Sends all commands in one write. */
const inOneWrite = async (redis: Redis, send: () => Promise<unknown>[]): Promise<void> => {
  redis.stream.cork()
  const replies = send()
  redis.stream.uncork()
  await Promise.all(replies)
}

/** The answer lists each channel, followed by its number of subscribers. */
const countsIn = (answer: unknown): [string, number][] => {
  const cells = answer as readonly (string | number)[]
  return chunks(cells, 2).map(([channel, count]) => [String(channel), Number(count)])
}

/** Whether the error shows that the known slots of the cluster are outdated. */
const isOutdatedMap = (error: unknown): boolean => error instanceof Error && /^(MOVED|CLUSTERDOWN) /.test(error.message)

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Resolves when all connections are open. */
export const openRedisLink = async (options: RedisLinkOptions): Promise<RedisLink> => {
  const { url, known, isCluster, tls, silentMs, onMessage, onEnd, signal } = options
  const dialect = isCluster ? dialects.sharded : dialects.plain
  const opening: Opening = {
    open: (to, name) => openConnection({ url: to, name, tls, silentMs, signal, onEnd }),
    openGuide: (to) => openConnection({ url: to, name: 'fan-out-guide', tls, silentMs, signal, onEnd: () => {} }),
  }
  const shards = await (isCluster ? openClusterShards(url, known, opening) : openSingleShard(url, opening))

  const listen = ({ subscriber }: Shard): void => {
    subscriber.on(dialect.event, (channel: Buffer, payload: Buffer) => {
      if (!signal.aborted) onMessage(channel.toString(), payload)
    })
    // The server ended a subscription, because the slot of its channel has moved.
    subscriber.on('moved', () => onEnd(new Error('the slots of the cluster changed')))
  }
  for (const shard of shards.all) listen(shard)

  const perShard = async <Item>(
    items: readonly Item[],
    channelOf: (item: Item) => string,
    send: (shard: Shard, group: Item[]) => Promise<void>,
  ): Promise<void> => {
    const groups = Map.groupBy(items, (item) => shards.of(channelOf(item)))
    await Promise.all([...groups].map(([shard, group]) => send(shard, group)))
  }

  /** A failure of this work ends the link. */
  const required = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work
    } catch (error) {
      onEnd(asError(error))
      throw error
    }
  }

  const onSubscribers = (channels: readonly string[], command: 'subscribe' | 'unsubscribe'): Promise<void> =>
    required(
      perShard(
        channels,
        (channel) => channel,
        ({ subscriber }, group) =>
          inOneWrite(subscriber, () => chunks(group, dialect.channels).map((some) => subscriber[dialect[command]](...some))),
      ),
    )

  const count = async ({ publisher }: Shard, channels: readonly string[]): Promise<[string, number][]> => {
    const answers = await Promise.all(
      chunks(channels, countedAtOnce).map((some) => publisher.call('PUBSUB', dialect.count, ...some)),
    )
    return answers.flatMap(countsIn)
  }

  return {
    listeners: async (channels) => {
      const counts: [string, number][] = []
      await perShard(
        channels,
        (channel) => channel,
        async (shard, group) => void counts.push(...(await count(shard, group))),
      )
      return new Map(counts)
    },
    publish: async (messages) => {
      try {
        await perShard(
          messages,
          ({ channel }) => channel,
          ({ publisher }, group) =>
            inOneWrite(publisher, () => group.map(({ channel, payload }) => publisher[dialect.publish](channel, payload))),
        )
      } catch (error) {
        if (isOutdatedMap(error)) onEnd(asError(error))
        throw error
      }
    },
    subscribe: (channels) => onSubscribers(channels, 'subscribe'),
    unsubscribe: (channels) => onSubscribers(channels, 'unsubscribe'),
    ping: () => required(Promise.all(shards.all.flatMap(({ publisher, subscriber }) => [publisher.ping(), subscriber.ping()]))),
    nodes: shards.nodes,
  }
}
