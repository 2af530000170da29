import { randomUUIDv7 } from 'node:crypto'
import pg from 'pg'
import type { Chat } from '../../support/stack/start-chat.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import type { FilledRoom } from '../harness/filled-rooms.ts'
import {
  filledFrom,
  filledMessage,
  fillLivingRoom,
  fillMuchChanged,
  fillRoomOfReplies,
  pinnedMessages,
  threadMessages,
} from '../harness/filled-rooms.ts'
import type { Answer, Reader } from '../harness/timed-requests.ts'
import { openReader, paging } from '../harness/timed-requests.ts'
import type { PageTimes } from './page-times.ts'
import { pageReport, timePages } from './page-times.ts'

/** A page without replies ends after this many seqs. */
const examinedSeqs = 10_000

interface Sizes {
  readonly messages: number
  readonly edits: number
  readonly reactions: number
  readonly calls: number
}

/** One kind of page, read again and again. */
interface PageRead {
  readonly what: string
  readonly request: (call: number) => Promise<Answer>
  /** The number of entries that a page has, by the first call. */
  readonly entries: number
}

const countOf = ({ messages, reactions, versions }: Answer): number =>
  ((messages ?? reactions ?? versions) as readonly unknown[]).length

const livingReads = ({ request }: Reader, { room, messages }: FilledRoom): readonly PageRead[] => {
  const middle = Math.ceil(messages / 2)
  const queries = [{}, { before: middle }, { from: new Date(filledFrom + middle * 1_000).toISOString() }]
  const list = (query: object): Promise<Answer> => request('list-messages', { chat: { id: room }, query })
  return [
    {
      what: `list-messages of ${messages}: 5 % edited, 2 % deleted, 10 % with reactions`,
      request: (call) => list(queries[call % queries.length] ?? {}),
      entries: Math.min(50, messages),
    },
  ]
}

const threadReads = ({ request }: Reader, { room, messages }: FilledRoom): readonly PageRead[] => {
  const list = (query: object): Promise<Answer> =>
    request('list-messages', { chat: { id: room }, query: { ...query, limit: 50 } })
  const perThread = Math.min(threadMessages, messages)
  return [
    {
      what: `replies: false, one message in ${perThread} is no reply`,
      request: paging((query) => list('cursor' in query ? query : { replies: false })),
      entries: Math.ceil(Math.min(messages, examinedSeqs) / perThread),
    },
    {
      what: `a thread of ${perThread - 1} replies`,
      request: paging((query) => list('cursor' in query ? query : { thread: filledMessage(0) })),
      entries: Math.min(50, perThread - 1),
    },
    {
      what: `${pinnedMessages} pinned messages`,
      request: paging((query) => list('cursor' in query ? query : { pinned: true })),
      entries: Math.min(50, perThread - 1),
    },
  ]
}

const detailReads = ({ request }: Reader, { room }: FilledRoom, { edits, reactions }: Sizes): readonly PageRead[] => {
  const about = { chat: { id: room }, message: filledMessage(0) }
  const limit = 200
  return [
    {
      what: `list-reactions of ${reactions}`,
      request: paging((query) => request('list-reactions', { ...about, query: { ...query, limit } })),
      entries: Math.min(limit, reactions),
    },
    {
      what: `get-message-versions of ${edits} edits`,
      request: paging((query) => request('get-message-versions', { ...about, query: { ...query, limit } })),
      entries: Math.min(limit, edits + 1),
    },
    {
      what: `list-messages with a message of ${reactions} reactions`,
      request: () => request('list-messages', { chat: { id: room } }),
      entries: 1,
    },
  ]
}

const measureReads = async (
  context: BenchContext,
  reads: readonly PageRead[],
  calls: number,
  problems: string[],
): Promise<readonly PageTimes[]> => {
  const times: PageTimes[] = []
  for (const { what, request, entries } of reads) {
    const found = countOf(await request(0))
    if (found !== entries) problems.push(`${what}: a page has ${found} entries instead of ${entries}`)
    times.push(await timePages(context, what, calls, request))
  }
  return times
}

type Fill = (client: pg.Client, filled: FilledRoom) => Promise<void>
type ReadsOf = (reader: Reader, filled: FilledRoom) => readonly PageRead[]

const partsOf = (sizes: Sizes): readonly (readonly [messages: number, Fill, ReadsOf])[] => [
  [sizes.messages, fillLivingRoom, livingReads],
  [sizes.messages, fillRoomOfReplies, threadReads],
  [1, (client, filled) => fillMuchChanged(client, filled, sizes), (reader, filled) => detailReads(reader, filled, sizes)],
]

const measure = async (context: BenchContext, chat: Chat, sizes: Sizes, problems: string[]): Promise<readonly PageTimes[]> => {
  const client = new pg.Client({ connectionString: chat.databaseUrl })
  await client.connect()
  const times: PageTimes[] = []
  try {
    for (const [place, [messages, fill, readsOf]] of partsOf(sizes).entries()) {
      using reader = await openReader(chat.gateways[0]?.url ?? '', `reader-${place}`)
      const filled = { room: randomUUIDv7(), author: reader.user, messages }
      await fill(client, filled)
      times.push(...(await measureReads(context, readsOf(reader, filled), sizes.calls, problems)))
    }
  } finally {
    await client.end()
  }
  return times
}

/** B15: pages of messages that were edited, deleted, pinned, replied to, and that have reactions. */
export const livingMessagesBench: Bench = {
  id: 'B15',
  title: 'pages of messages that change',
  run: async (context): Promise<BenchReport> => {
    const sizes = context.isShort
      ? { messages: 500, edits: 300, reactions: 300, calls: 5 }
      : { messages: 1_000_000, edits: 1_000, reactions: 10_000, calls: 300 }
    await using chat = await startChat(await context.stack(), { gateways: 1, writers: 1, env: { LOG_LEVEL: 'warn' } })
    const problems: string[] = []
    const times = await measure(context, chat, sizes, problems)
    return pageReport(context, 'B15', times, problems)
  },
}
