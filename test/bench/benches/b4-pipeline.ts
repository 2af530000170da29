import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import type { ChatUnderLoad } from '../harness/chat-under-load.ts'
import { startChatUnderLoad } from '../harness/chat-under-load.ts'
import { curveSvg } from '../harness/curve-svg.ts'
import type { Measured } from '../harness/measure.ts'
import { cpuText, measureBurst } from '../harness/measure.ts'
import { effectiveSettings } from '../harness/settings.ts'
import { startSocketIoUnderLoad } from '../rivals/start-socket-io.ts'
import { measureFloors } from './floors.ts'
import { burstText, ms, searchPipeline } from './pipeline-search.ts'

const aims = { rate: 7_000, quietP50: 8, quietP99: 25 } as const

const sizeOf = (isShort: boolean) =>
  isShort ? { users: 40, rooms: 4, roomSize: 10 } : { users: 1_000, rooms: 100, roomSize: 10 }

const rateText = (best: Measured | undefined): string =>
  best === undefined
    ? 'none was held'
    : `${best.perSecond} messages/s (${best.perSecond * 10} deliveries/s) at p50 ${ms(best.received.p50)}, p99 ${ms(best.received.p99)} ms`

const quietRow = (quiet: Measured): Row => ({
  what: `B5 at a very low rate: ${quiet.perSecond} messages a second in all rooms together`,
  result: `send → stored p50 ${ms(quiet.stored.p50)}, p99 ${ms(quiet.stored.p99)} ms; send → every member p50 ${ms(quiet.received.p50)}, p99 ${ms(quiet.received.p99)} ms`,
  aim: `stored p50 ≤ ${aims.quietP50} ms, p99 ≤ ${aims.quietP99} ms`,
  isMet: quiet.stored.p50 <= aims.quietP50 && quiet.stored.p99 <= aims.quietP99,
})

const short = async ({ load, parts, problems }: ChatUnderLoad): Promise<BenchReport> => {
  const measured = await measureBurst(load, parts, { perSecond: 100, warmUpSeconds: 0.5, seconds: 2, mostWaitMs: 30_000 })
  const missing = measured.isWhole ? [] : ['not all messages were delivered in 30 s']
  return {
    rows: [{ what: 'B4/B5 100 messages/s in 4 rooms of 10', result: `all ${measured.sent} delivered to all members` }],
    problems: [...missing, ...(await problems())],
    data: measured,
  }
}

/** Measures the same load on Socket.IO. */
const measureRival = async (context: BenchContext) => {
  await using rival = await startSocketIoUnderLoad(await context.stack(), sizeOf(false))
  context.say('Socket.IO with Redis adapter and an insert before the emit, two processes')
  const found = await searchPipeline({ ...rival, inFlight: 800, seconds: 5, mostAttempts: 5, say: context.say })
  return { ...found, problems: await rival.problems() }
}

const measureOurs = async (under: ChatUnderLoad, context: BenchContext) => {
  const found = await searchPipeline({ ...under, inFlight: 1_500, seconds: 8, mostAttempts: 8, say: context.say })
  const quiet = await measureBurst(under.load, under.parts, { perSecond: 2, warmUpSeconds: 5, seconds: 60, mostWaitMs: 30_000 })
  return { ...found, quiet, problems: await under.problems() }
}

const full = async (context: BenchContext): Promise<BenchReport> => {
  const stack = await context.stack()
  await using under = await startChatUnderLoad(stack, sizeOf(false))
  const settings = await effectiveSettings(stack.urls(), under.chat.databaseUrl, under.chat.namespace)
  for (const line of settings) context.say(line)
  const ours = await measureOurs(under, context)
  await under[Symbol.asyncDispose]()
  const rival = await measureRival(context)
  const floors = await measureFloors(stack, context.say)
  const { best, quiet } = ours
  const rows: Row[] = [
    {
      what: 'B4 confirmed sends, whole pipeline, 100 rooms of 10',
      result: rateText(best),
      aim: `${aims.rate} messages/s`,
      isMet: (best?.perSecond ?? 0) >= aims.rate,
    },
    {
      what: 'B4 what a message costs at that rate',
      result: best === undefined ? '–' : cpuText(best.cpu, best.confirmedMeanwhile),
    },
    { what: 'B4 closed loop, 1,500 in flight', result: burstText(ours.flood) },
    quietRow(quiet),
    { what: 'B4 Socket.IO, Redis adapter, insert before the emit', result: rateText(rival.best) },
    { what: 'B4 Socket.IO, closed loop, 800 in flight', result: burstText(rival.flood) },
    ...floors.rows,
  ]
  return {
    rows,
    problems: [...ours.problems, ...rival.problems],
    data: { settings, ours, rival, floors: floors.data },
    pictures: { 'b4.svg': curveSvg('B4', { ours: ours.all, 'Socket.IO': rival.all }) },
  }
}

/**
 * B4: confirmed sends through gateways, Kafka, writers, Postgres, Redis and gateways to every member, and
 * the part of B5 with a very low load. B12 replaces the rest of B5.
 */
export const pipelineBench: Bench = {
  id: 'B4',
  title: 'confirmed sends through the whole pipeline',
  run: async (context) => {
    if (!context.isShort) return full(context)
    await using under = await startChatUnderLoad(await context.stack(), { ...sizeOf(true), gateways: 2, writers: 1 })
    return await short(under)
  },
}
