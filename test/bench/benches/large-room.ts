import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import { startChatUnderLoad } from '../harness/chat-under-load.ts'
import type { Measured } from '../harness/measure.ts'
import { cpuText, measureBurst } from '../harness/measure.ts'
import { startSocketIoUnderLoad } from '../rivals/start-socket-io.ts'
import type { PipelineSearch } from './pipeline-search.ts'
import { ms, searchPipeline } from './pipeline-search.ts'

const aimPerSecond = 820
const size = { users: 1_000, rooms: 1, roomSize: 1_000, otherChecks: 'count' } as const

const rateText = (best: Measured | undefined): string =>
  best === undefined
    ? 'none was held'
    : `${best.perSecond} messages/s (${best.perSecond * 1_000} deliveries/s) at p50 ${ms(best.received.p50)}, p99 ${ms(best.received.p99)} ms; a message costs ${cpuText(best.cpu, best.confirmedMeanwhile)}`

const search = { inFlight: 40, seconds: 5, mostAttempts: 8 } as const

const short = async (context: BenchContext): Promise<BenchReport> => {
  const small = { users: 60, rooms: 1, roomSize: 60, otherChecks: 'count' } as const
  await using under = await startChatUnderLoad(await context.stack(), { ...small, gateways: 2, writers: 1 })
  const burst = { perSecond: 50, warmUpSeconds: 0.2, seconds: 1, mostWaitMs: 30_000 }
  const measured = await measureBurst(under.load, under.parts, burst)
  const problems = [...(measured.isWhole ? [] : ['not all messages were delivered']), ...(await under.problems())]
  return {
    rows: [{ what: 'B4t 50 messages/s in a room of 60', result: `all ${measured.sent} delivered to all members` }],
    problems,
    data: measured,
  }
}

/** B4t: the whole pipeline with one room of 1,000 members, each of whom sends. */
export const largeRoomBench: Bench = {
  id: 'B4t',
  title: 'confirmed sends in one room of 1,000',
  run: async (context): Promise<BenchReport> => {
    if (context.isShort) return await short(context)
    const stack = await context.stack()
    const measure = async (under: Pick<PipelineSearch, 'load' | 'parts'> & { problems(): Promise<readonly string[]> }) => {
      const found = await searchPipeline({ ...under, ...search, say: context.say })
      return { ...found, problems: await under.problems() }
    }
    const ours = await (async () => {
      await using under = await startChatUnderLoad(stack, size)
      return await measure(under)
    })()
    context.say('Socket.IO')
    await using rival = await startSocketIoUnderLoad(stack, size)
    const theirs = await measure(rival)
    const rows: Row[] = [
      {
        what: 'B4t confirmed sends, one room of 1,000',
        result: rateText(ours.best),
        aim: `${aimPerSecond} messages/s`,
        isMet: (ours.best?.perSecond ?? 0) >= aimPerSecond,
      },
      { what: 'B4t Socket.IO, Redis adapter, insert before the emit', result: rateText(theirs.best) },
    ]
    return { rows, problems: [...ours.problems, ...theirs.problems], data: { ours, theirs } }
  },
}
