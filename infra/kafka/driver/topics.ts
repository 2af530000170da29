import { replayTopic } from '../../../shared/records/replay-topic.ts'

/** The settings with which a topic is created. Existing topics are not changed, but for the retention of `chat.events`. */
export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  /** Whether all processes must agree on the number of partitions, because gateways compute the partition of a key. */
  readonly isShared: boolean
  readonly config: Readonly<Record<string, string>>
}

/** The use of a topic, independent of its name. */
export type TopicRole = 'commands' | 'deadLetter' | 'events'

/** The topics of one system, by use. */
export type TopicSpecs = Readonly<Record<TopicRole, TopicSpec>>

const dayMs = 86_400_000
const mebibyte = 1024 * 1024

const prefixed = (namespace: string, name: string): string => (namespace === '' ? name : `${namespace}.${name}`)

/** The consumer group of the writers; scale the writers on its lag. */
export const writerGroup = (namespace: string): string => prefixed(namespace, 'chat.writer')

/** The consumer group of the relays of one sink. */
export const relayGroup = (namespace: string, sink: string): string => prefixed(namespace, `chat.relay.${sink}`)

/** −1: never deleted. Times are those of the brokers (`LogAppendTime`), so that a wrong clock of a client does not change the retention. */
const kept = (retentionMs: number, maxBatchBytes: number): Readonly<Record<string, string>> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(retentionMs),
  'retention.bytes': '-1',
  'message.timestamp.type': 'LogAppendTime',
  'max.message.bytes': String(maxBatchBytes),
})

/** The topic of a replay. `partitions`: as many as `chat.events` has. */
export const replayTopicOf = (
  namespace: string,
  partitions: number,
  { name, keepDays }: { readonly name: string; readonly keepDays: number } = replayTopic,
): TopicSpec => ({
  name: prefixed(namespace, name),
  partitions,
  isShared: false,
  config: kept(keepDays * dayMs, mebibyte),
})

/** Days for which a new `chat.events` keeps a record, by default. */
export const defaultEventsDays = 28

/** The topics of one system. `eventsDays`: days for which `chat.events` keeps a record; −1: for ever. */
export const topicsOf = (namespace: string, partitions: number, eventsDays: number = defaultEventsDays): TopicSpecs => ({
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
    // A dead letter has more headers than the record, which may have the largest size.
    config: kept(30 * dayMs, 2 * mebibyte),
  },
  events: {
    name: prefixed(namespace, 'chat.events'),
    // `repartition` does not change this topic.
    partitions,
    isShared: false,
    config: kept(eventsDays < 0 ? -1 : eventsDays * dayMs, mebibyte),
  },
})
