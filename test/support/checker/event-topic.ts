import type { FeedFrame } from '../client/chat-socket.ts'
import { readTopic } from '../kafka/raw-topic.ts'
import { until } from '../poll.ts'

/** A record of `chat.events`: the text of a feed frame, with the member `v` in front. */
export interface TopicRecord {
  readonly key: string
  readonly value: string
}

/** All present records of `chat.events` in the namespace, including repetitions, in the order of each partition. */
export const readEventTopic = async (brokers: readonly string[], namespace: string): Promise<readonly TopicRecord[]> =>
  (await readTopic(brokers, `${namespace}.chat.events`)).map(({ key, value }) => ({ key: String(key), value: String(value) }))

export type StreamedEvent = FeedFrame & { readonly v: number }

/** The records of a room on `chat.events`, including repetitions; resolves when it has that many different events. */
export const roomEvents = (
  brokers: readonly string[],
  namespace: string,
  room: string,
  count: number,
): Promise<readonly StreamedEvent[]> => {
  const read = async (): Promise<readonly StreamedEvent[] | undefined> => {
    const records = (await readEventTopic(brokers, namespace)).filter(({ key }) => key === room)
    const events = records.map(({ value }) => JSON.parse(value) as StreamedEvent)
    return new Set(events.map(({ seq }) => seq)).size >= count ? events : undefined
  }
  return until(`${count} events of a room`, read, { withinMs: 60_000 })
}
