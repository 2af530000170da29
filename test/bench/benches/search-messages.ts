import { randomUUID } from 'node:crypto'
import type { Chat } from '../../support/stack/start-chat.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import type { Answer, Reader } from '../harness/timed-requests.ts'
import { openReader, paging } from '../harness/timed-requests.ts'
import type { PageTimes } from './page-times.ts'
import { pageReport, timePages } from './page-times.ts'
import { freshnessRows, measureFreshness } from './search-freshness.ts'
import type { SearchedMessages } from './searched-messages.ts'
import { fill, instant } from './searched-messages.ts'

const aimMs = 100
const limit = 50

/** A kind of search, as the query of a call. */
type Search = readonly [what: string, query: (call: number) => object]

const wordOf = (sizes: SearchedMessages, part: number) => (call: number) => `w${Math.floor(sizes.words * part) + (call % 20)}`

/** Searches for words that messages have. */
const foundSearches = (sizes: SearchedMessages): readonly Search[] => {
  const [rare, middling, common] = [wordOf(sizes, 0.5), wordOf(sizes, 0.01), wordOf(sizes, 0.0005)]
  return [
    ['a rare word', (call) => ({ text: rare(call) })],
    ['a middling word', (call) => ({ text: middling(call) })],
    ['a common word', (call) => ({ text: common(call) })],
    ['one of the three most common words', (call) => ({ text: `w${1 + (call % 3)}` })],
    ['a rare and the most common word', (call) => ({ text: `${rare(call)} w1` })],
    ['two middling words', (call) => ({ text: `${middling(call)} ${middling(call + 7)}` })],
    ['a common and a middling word', (call) => ({ text: `${common(call)} ${middling(call)}` })],
    ['two common words', (call) => ({ text: `${common(call)} ${common(call + 7)}` })],
    ['the two most common words', () => ({ text: 'w1 w2' })],
    ['the six most common words', () => ({ text: 'w1 w2 w3 w4 w5 w6' })],
    ['two Chinese pairs in all messages', () => ({ text: '北京市' })],
    ['two Chinese pairs and a number in one of 20 messages', (call) => ({ text: `${call % 20} 北京市` })],
  ]
}

/** Searches that find nothing, or hardly anything. */
const lostSearches = (sizes: SearchedMessages): readonly Search[] => {
  const [rare, common] = [wordOf(sizes, 0.5), wordOf(sizes, 0.0005)]
  return [
    ['a word that nobody wrote', (call) => ({ text: `nowhere${call}` })],
    ['two rare words', (call) => ({ text: `${rare(call)} ${rare(call + 7)}` })],
    ['six common words', (call) => ({ text: `w1 w2 w3 ${common(call)} ${common(call + 3)} ${common(call + 5)}` })],
    ['two words of half of the messages, never in the same message', () => ({ text: 'even odd' })],
    ['those two and the four most common words', () => ({ text: 'even odd w1 w2 w3 w4' })],
    ['two words of half of the messages, never in the same chat', () => ({ text: 'here there' })],
    ['two words of half of the messages, never at the same time', () => ({ text: 'early late' })],
    ['a common and an absent word', (call) => ({ text: `even nowhere${call}` })],
    ['five common words and an absent one', (call) => ({ text: `w1 w2 w3 even late nowhere${call}` })],
  ]
}

/** Searches for four common words, with each filter. */
const filteredSearches = (sizes: SearchedMessages, user: string, allChats: readonly string[]): readonly Search[] => {
  const common = wordOf(sizes, 0.0005)
  const four = (call: number) => ({ text: `w1 w2 ${common(call)} ${common(call + 3)}` })
  const chats = allChats.slice(0, 100)
  const times = { from: instant(sizes.messages * 0.4), to: instant(sizes.messages * 0.5) }
  return [
    ['four common words', four],
    ['four common words, of one author', (call) => ({ ...four(call), user })],
    ['four common words, in 100 chats', (call) => ({ ...four(call), chats })],
    ['four common words, in a tenth of the time', (call) => ({ ...four(call), ...times })],
    ['a common word, in a tenth of the time', (call) => ({ text: common(call), ...times })],
  ]
}

const pageOf = ({ request }: Reader, query: object): Promise<Answer> => request('search-messages', { query: { ...query, limit } })

const measure = async (context: BenchContext, chat: Chat, sizes: Sizes, problems: string[]): Promise<readonly PageTimes[]> => {
  using reader = await openReader(chat.gateways[0]?.url ?? '', 'reader-of-many-chats')
  const author = randomUUID()
  const chats = await fill(context, chat.databaseUrl, { user: reader.user, author }, sizes)
  const times: PageTimes[] = []
  for (const [what, query] of [...foundSearches(sizes), ...filteredSearches(sizes, author, chats)]) {
    let found = 0
    const search = async (call: number): Promise<void> => {
      found += ((await pageOf(reader, query(call))).messages as readonly unknown[]).length
    }
    times.push(await timePages(context, what, sizes.calls, search))
    if (found === 0 && !context.isShort) problems.push(`${what}: no message was found`)
  }
  for (const [what, query] of lostSearches(sizes)) {
    times.push(await timePages(context, what, sizes.calls, (call) => pageOf(reader, query(call))))
  }
  const next = paging((cursor) => pageOf(reader, { text: 'w1 w2', ...cursor }))
  times.push(await timePages(context, 'the next page of the two most common words', sizes.calls, next))
  return times
}

interface Sizes extends SearchedMessages {
  readonly calls: number
  /** Messages whose time until they are found is measured. */
  readonly probes: number
  /** Messages a second of other users meanwhile. */
  readonly perSecond: number
}

/** B20: searches by a user of many chats. */
export const searchMessagesBench: Bench = {
  id: 'B20',
  title: 'searches by a user of many chats',
  run: async (context): Promise<BenchReport> => {
    const sizes: Sizes = context.isShort
      ? { chats: 20, messages: 2_000, words: 4_000, calls: 3, probes: 2, perSecond: 20 }
      : { chats: 500, messages: 1_000_000, words: 20_000, calls: 100, probes: 100, perSecond: 200 }
    const env = { LOG_LEVEL: 'warn', SEARCH: 'on', USER_REQUESTS_BURST: '1000000' }
    await using chat = await startChat(await context.stack(), { gateways: 1, writers: 1, env })
    const problems: string[] = []
    const times = await measure(context, chat, sizes, problems)
    const report = pageReport(context, `B20 search-messages in ${sizes.chats} chats,`, times, problems, aimMs)
    const fresh = await measureFreshness(chat, sizes, problems)
    return { ...report, rows: [...report.rows, ...freshnessRows(context, fresh)], data: { times, fresh } }
  },
}
