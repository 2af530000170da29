import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import type { ChatUnderLoad } from '../harness/chat-under-load.ts'
import { startChatUnderLoad } from '../harness/chat-under-load.ts'
import type { Measured } from '../harness/measure.ts'
import { measureBurst } from '../harness/measure.ts'
import type { TypingResult } from '../load/typing.ts'
import { ms } from './pipeline-search.ts'
import { serverMicros, warmUp } from './rate-curve.ts'

interface Plan {
  readonly size: { readonly users: number; readonly rooms: number; readonly roomSize: number }
  readonly perSecond: number
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Runs without typing and with it, in turn. */
  readonly pairs: number
}

const planOf = (isShort: boolean): Plan => {
  if (isShort) return { size: { users: 40, rooms: 4, roomSize: 10 }, perSecond: 40, seconds: 1, warmUpSeconds: 0.5, pairs: 1 }
  const users = Number(process.env.BENCH_SOCKETS ?? 10_000)
  return { size: { users, rooms: users / 10, roomSize: 10 }, perSecond: 500, seconds: 15, warmUpSeconds: 10, pairs: 3 }
}

/** The load comes from one address instead of thousands. */
const env = {
  SESSIONS_PER_GATEWAY: '20000',
  SESSIONS_PER_ADDRESS: '20000',
  CONNECTIONS_PER_ADDRESS: '20000',
  BINDING_SESSIONS: '20000',
}

/** The part of all users who type at the same time. */
const typingShare = 1 / 100

/** The greatest ratio of the two medians that counts as noise. */
const noise = 1.25

interface Pair {
  readonly quiet: Measured
  readonly typing: Measured
  readonly signals: TypingResult
}

const measurePair = async ({ load, parts }: ChatUnderLoad, { size, perSecond, seconds }: Plan): Promise<Pair> => {
  const burst = { perSecond, warmUpSeconds: Math.min(2, seconds), seconds, mostWaitMs: 30_000 }
  const quiet = await measureBurst(load, parts, burst)
  await load.startTyping(Math.max(4, size.users * typingShare))
  const typing = await measureBurst(load, parts, burst)
  return { quiet, typing, signals: await load.stopTyping() }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const textOf = (all: readonly Measured[]): string =>
  `p99 ${all.map(({ received }) => ms(received.p99)).join(', ')} ms, p50 ${all.map(({ received }) => ms(received.p50)).join(', ')} ms, ${median(all.map(serverMicros)).toFixed(0)} µs`

const problemsOf = ({ quiet, typing, signals }: Pair): string[] => [
  ...(quiet.isWhole && typing.isWhole ? [] : ['not all messages were delivered']),
  ...(signals.sent > 0 ? [] : ['no signal was sent']),
]

const reportOf = (pairs: readonly Pair[], { size, perSecond }: Plan, problems: readonly string[]): BenchReport => {
  const [quiet, typing] = [pairs.map((pair) => pair.quiet), pairs.map((pair) => pair.typing)]
  const [before, beside] = [quiet, typing].map((all) => median(all.map(({ received }) => received.p99))) as [number, number]
  const sent = pairs.reduce((sum, { signals }) => sum + signals.sent, 0)
  const dropped = pairs.reduce((sum, { signals }) => sum + signals.dropped, 0)
  return {
    rows: [
      { what: `B18 ${size.users} sockets, ${perSecond} messages/s, nobody types`, result: textOf(quiet) },
      {
        what: 'B18 the same while one of a hundred types',
        result: `${textOf(typing)}; ${sent} signals, ${dropped} dropped; median p99 ${(beside / before).toFixed(2)} times`,
        aim: `≤ ${noise} times`,
        isMet: beside <= before * noise,
      },
    ],
    problems: [...problems, ...pairs.flatMap(problemsOf)],
    data: pairs,
  }
}

/** B18: the latency of messages while one of a hundred sockets types, and every socket watches its room. */
export const signalsBench: Bench = {
  id: 'B18',
  title: 'messages while others type',
  run: async (context: BenchContext): Promise<BenchReport> => {
    const plan = planOf(context.isShort)
    await using under = await startChatUnderLoad(await context.stack(), { ...plan.size, gateways: 2, writers: 2, env })
    await warmUp(under, plan.warmUpSeconds)
    const pairs: Pair[] = []
    for (let count = 0; count < plan.pairs; count += 1) pairs.push(await measurePair(under, plan))
    return reportOf(pairs, plan, await under.problems())
  },
}
