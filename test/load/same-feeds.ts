import { checkRun, problemsOf } from '../support/checker/check.ts'
import { readEventTopic } from '../support/checker/event-topic.ts'
import { hasAll } from '../support/checker/has-all.ts'
import { readList } from '../support/checker/read-list.ts'
import { streamEqualsStore } from '../support/checker/stream-equals-store.ts'
import type { Truth } from '../support/checker/truth.ts'
import { truthFromPostgres } from '../support/checker/truth-from-postgres.ts'
import type { LatencySummary } from '../support/load/latencies.ts'
import type { Load } from '../support/load/load.ts'
import { createLoad } from '../support/load/load.ts'
import { nowMs } from '../support/load/load-context.ts'
import { freshTag } from '../support/load/run-ids.ts'
import { until } from '../support/poll.ts'
import type { Stack } from '../support/stack/stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import type { FeedCount } from './distinct-feeds.ts'
import { countFeeds } from './distinct-feeds.ts'

export interface SameFeeds extends FeedCount {
  readonly sent: number
  readonly confirmed: number
  readonly frames: number
  readonly seconds: number
  /** Stored events of the rooms of the run. */
  readonly events: number
  readonly listed: number
  readonly streamed: number
  readonly stored: LatencySummary
  readonly received: LatencySummary
  /** Differences; empty: all sources are equal. */
  readonly problems: readonly string[]
}

export interface SameFeedsOptions {
  readonly messages: number
  readonly perSecond: number
  readonly seed: number
}

const users = 20
const rooms = 10

const listAll = async (load: Load, truth: Truth): Promise<{ readonly listed: number; readonly problems: string[] }> => {
  const problems: string[] = []
  let listed = 0
  for (const [room, stored] of truth.rooms) {
    const [user = 0] = load.population.members.get(room) ?? []
    const frames = await readList(load, room, user)
    listed += frames.length
    if (frames.length !== stored.messages)
      problems.push(`room ${room}: ${frames.length} of ${stored.messages} messages are in the list`)
  }
  return { listed, problems }
}

/**
 * Sends messages of 20 users through all gateways into 10 rooms. Then compares the
 * frames of every socket, the store, the lists and `chat.events`.
 */
export const sameFeeds = async (chat: Chat, stack: Stack, options: SameFeedsOptions): Promise<SameFeeds> => {
  const { messages, perSecond, seed } = options
  const load = createLoad({
    urls: chat.gateways.map(({ url }) => url),
    tag: freshTag(),
    startMs: nowMs(),
    seed,
    users,
    rooms,
    roomSize: '4-12',
    messageSize: '10-300',
  })
  try {
    const ids = await load.connect()
    const userOf = new Map([...ids].map(([user, id]) => [id, user]))
    await load.createRooms(ids)
    const { history, counts, latencies } = load.context
    const startedMs = nowMs()
    await load.sendMessages(perSecond, messages).done
    await load.settled(120_000)
    const seconds = (nowMs() - startedMs) / 1_000
    const truth = await truthFromPostgres(chat.databaseUrl, load.context.ids, userOf)
    await until('every socket to have all events', () => hasAll(load, truth), { withinMs: 20_000 })
    const { listed, problems } = await listAll(load, truth)
    const records = await readEventTopic(stack.urls().kafkaBrokers, chat.namespace)
    const streamed = streamEqualsStore(records, truth, load.context.ids)
    return {
      ...countFeeds([history]),
      sent: counts.sent,
      confirmed: counts.confirmed,
      frames: counts.frames,
      seconds,
      events: [...truth.rooms.values()].reduce((sum, { head }) => sum + head, 0),
      listed,
      streamed: records.length,
      stored: latencies.stored.summary(),
      received: latencies.received.summary(),
      problems: [
        ...problemsOf(checkRun([history], truth)),
        ...problems,
        ...streamed.examples,
        ...(counts.misread > 0 ? [`${counts.misread} frames were misread by position`] : []),
      ],
    }
  } finally {
    load.stop()
  }
}
