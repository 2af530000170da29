/** What the brokers are told of a topic when it is made; nothing of a topic that is there is ever changed. */
export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  /** Every process must agree on the number of partitions, because by it gateways find the partition of a key. */
  readonly isShared: boolean
  readonly config: Readonly<Record<string, string>>
}

export type TopicRole = 'commands' | 'deadLetter' | 'events'

export type TopicSpecs = Readonly<Record<TopicRole, TopicSpec>>

const dayMs = 86_400_000
const mebibyte = 1024 * 1024

const prefixed = (namespace: string, name: string): string => (namespace === '' ? name : `${namespace}.${name}`)

/** The consumer group of the writers: what is scaled on its lag. */
export const writerGroup = (namespace: string): string => prefixed(namespace, 'chat.writer')

/** For ever is −1. The brokers' clock counts: with a client's, its wrong one would end or spare a record. */
const kept = (retentionMs: number, maxBatchBytes: number): Readonly<Record<string, string>> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(retentionMs),
  'retention.bytes': '-1',
  'message.timestamp.type': 'LogAppendTime',
  'max.message.bytes': String(maxBatchBytes),
})

/** The topics of one system. */
export const topicsOf = (namespace: string, partitions: number): TopicSpecs => ({
  commands: {
    name: prefixed(namespace, 'chat.commands'),
    partitions,
    isShared: true,
    config: kept(7 * dayMs, mebibyte),
  },
  deadLetter: {
    name: prefixed(namespace, 'chat.dead-letter'),
    partitions: 1,
    isShared: false,
    // A record of the largest size gets headers on its way here.
    config: kept(30 * dayMs, 2 * mebibyte),
  },
  events: {
    name: prefixed(namespace, 'chat.events'),
    // Kept for ever: a repartition of the commands leaves this topic as it was made.
    partitions,
    isShared: false,
    config: kept(-1, mebibyte),
  },
})
