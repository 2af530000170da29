import type { Redis } from 'ioredis'
import type { TlsMaterial } from '../tls/tls-files.ts'
import { openConnection } from './connection.ts'
import type { Opening, Shard } from './shards.ts'
import { openClusterShards, openSingleShard } from './shards.ts'

export interface RedisLinkOptions {
  /** The one server, or a node of the cluster. */
  readonly url: string
  /** Nodes of the cluster that an earlier link has learnt of. */
  readonly known: readonly string[]
  readonly isCluster: boolean
  readonly tls: TlsMaterial | undefined
  readonly silentMs: number
  readonly onMessage: (channel: string, payload: Buffer) => void
  /** Told at least once when it has ended by itself: a connection ended, Redis refused a subscription, the cluster's map changed. */
  readonly onEnd: (cause: Error) => void
  /** Ends it: all sockets are destroyed, and nothing is heard any more. */
  readonly signal: AbortSignal
}

export interface RedisMessage {
  readonly channel: string
  readonly payload: string
}

/** One life of the connections to Redis: opened, used, ended; never mended. What is unanswered at its end rejects. */
export interface RedisLink {
  /** Resolves when Redis has replied to all; they are sent in order, before this call returns. */
  publish(messages: readonly RedisMessage[]): Promise<void>
  /** Resolves when everything published to them from then on will be heard. */
  subscribe(channels: readonly string[]): Promise<void>
  unsubscribe(channels: readonly string[]): Promise<void>
  /** Resolves when every connection has answered; on a subscriber, behind all that it was sent before. */
  ping(): Promise<void>
  /** What a later link is to know. */
  readonly nodes: readonly string[]
}

/** The commands of plain pub/sub, where one command may name many channels, and of sharded pub/sub, where none does. */
const dialects = {
  plain: { publish: 'publish', subscribe: 'subscribe', unsubscribe: 'unsubscribe', heard: 'messageBuffer', channels: 1_000 },
  sharded: { publish: 'spublish', subscribe: 'ssubscribe', unsubscribe: 'sunsubscribe', heard: 'smessageBuffer', channels: 1 },
} as const

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

/** All its commands leave in one write. */
const inOneWrite = async (redis: Redis, send: () => Promise<unknown>[]): Promise<void> => {
  redis.stream.cork()
  const replies = send()
  redis.stream.uncork()
  await Promise.all(replies)
}

/** The cluster as we know it is not the cluster as it is. */
const isAboutTheMap = (error: unknown): boolean => error instanceof Error && /^(MOVED|CLUSTERDOWN) /.test(error.message)

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Resolves when all connections may be used. */
export const openRedisLink = async (options: RedisLinkOptions): Promise<RedisLink> => {
  const { url, known, isCluster, tls, silentMs, onMessage, onEnd, signal } = options
  const dialect = isCluster ? dialects.sharded : dialects.plain
  const opening: Opening = {
    open: (to, name) => openConnection({ url: to, name, tls, silentMs, signal, onEnd }),
    openGuide: (to) => openConnection({ url: to, name: 'fan-out-guide', tls, silentMs, signal, onEnd: () => {} }),
  }
  const shards = await (isCluster ? openClusterShards(url, known, opening) : openSingleShard(url, opening))

  const listen = ({ subscriber }: Shard): void => {
    subscriber.on(dialect.heard, (channel: Buffer, payload: Buffer) => {
      if (!signal.aborted) onMessage(channel.toString(), payload)
    })
    // The server let go of a channel, because its slot lives elsewhere now.
    subscriber.on('moved', () => onEnd(new Error('the map of the cluster changed')))
  }
  for (const shard of shards.all) listen(shard)

  const perShard = async <Item>(
    items: readonly Item[],
    channelOf: (item: Item) => string,
    send: (shard: Shard, those: Item[]) => Promise<void>,
  ): Promise<void> => {
    const groups = Map.groupBy(items, (item) => shards.of(channelOf(item)))
    await Promise.all([...groups].map(([shard, those]) => send(shard, those)))
  }

  /** Without these there is no link. */
  const vital = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work
    } catch (error) {
      onEnd(asError(error))
      throw error
    }
  }

  const onSubscribers = (channels: readonly string[], command: 'subscribe' | 'unsubscribe'): Promise<void> =>
    vital(
      perShard(
        channels,
        (channel) => channel,
        ({ subscriber }, those) =>
          inOneWrite(subscriber, () => chunks(those, dialect.channels).map((some) => subscriber[dialect[command]](...some))),
      ),
    )

  return {
    publish: async (messages) => {
      try {
        await perShard(
          messages,
          ({ channel }) => channel,
          ({ publisher }, those) =>
            inOneWrite(publisher, () => those.map(({ channel, payload }) => publisher[dialect.publish](channel, payload))),
        )
      } catch (error) {
        if (isAboutTheMap(error)) onEnd(asError(error))
        throw error
      }
    },
    subscribe: (channels) => onSubscribers(channels, 'subscribe'),
    unsubscribe: (channels) => onSubscribers(channels, 'unsubscribe'),
    ping: () => vital(Promise.all(shards.all.flatMap(({ publisher, subscriber }) => [publisher.ping(), subscriber.ping()]))),
    nodes: shards.nodes,
  }
}
