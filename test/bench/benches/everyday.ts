import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import { startChatUnderLoad } from '../harness/chat-under-load.ts'
import { curveSvg } from '../harness/curve-svg.ts'
import { stagesText } from '../harness/delivery-stages.ts'
import { startSocketIoUnderLoad } from '../rivals/start-socket-io.ts'
import type { Curve, CurveOptions } from './rate-curve.ts'
import { measureCurve, pointText, serverMicros, warmUp } from './rate-curve.ts'

interface Aim {
  readonly p50: number
  readonly p99: number
  /** The highest allowed CPU time of a message, as a multiple of the rival's. */
  readonly times?: number
}

const aims: Readonly<Record<number, Aim>> = {
  100: { p50: 6, p99: 20, times: 2 },
  500: { p50: 12, p99: 40, times: 1.4 },
  1000: { p50: 20, p99: 80, times: 1.1 },
  2000: { p50: 35, p99: 120 },
}

const aimHighest = 3.5

const stagesRates: ReadonlySet<number> = new Set([500, 1_000, 2_000])

const everydayRates = [100, 500, 1_000, 1_500, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000] as const

interface Plan {
  readonly size: { readonly users: number; readonly rooms: number; readonly roomSize: number }
  readonly rates: readonly number[]
  readonly bisections: number
  readonly warmUpSeconds: number
  readonly seconds?: number
}

/** `BENCH_RATES=500,1000` measures only these rates. */
const planOf = (isShort: boolean): Plan => {
  if (isShort) {
    const size = { users: 40, rooms: 4, roomSize: 10 }
    return { size, rates: [40], bisections: 0, warmUpSeconds: 0.5, seconds: 3 }
  }
  const chosen = process.env.BENCH_RATES?.split(',').map(Number)
  return {
    size: { users: 1_000, rooms: 100, roomSize: 10 },
    rates: chosen ?? everydayRates,
    bisections: chosen === undefined ? 2 : 0,
    warmUpSeconds: 15,
  }
}

interface Side {
  readonly curve: Curve
  readonly problems: readonly string[]
}

interface UnderLoad extends Pick<CurveOptions, 'load' | 'parts' | 'internalUrls'> {
  problems(): Promise<readonly string[]>
}

const measureSide = async (
  under: UnderLoad,
  { warmUpSeconds, size: _, ...curve }: Plan,
  say: (line: string) => void,
): Promise<Side> => {
  await warmUp(under, warmUpSeconds)
  const measured = await measureCurve({ ...under, ...curve, say })
  return { curve: measured, problems: await under.problems() }
}

const measureOurs = async (context: BenchContext, plan: Plan): Promise<Side> => {
  await using under = await startChatUnderLoad(await context.stack(), plan.size)
  const { gateways, writers } = under.chat
  const internalUrls = [...gateways, ...writers].map(({ internalUrl }) => internalUrl)
  return await measureSide({ ...under, internalUrls }, plan, context.say)
}

const measureRival = async (context: BenchContext, plan: Plan): Promise<Side> => {
  context.say('  Socket.IO with Redis adapter and an insert before the emit')
  await using rival = await startSocketIoUnderLoad(await context.stack(), plan.size)
  return await measureSide(rival, plan, context.say)
}

const aimText = ({ p50, p99, times }: Aim): string =>
  `p50 ≤ ${p50}, p99 ≤ ${p99} ms${times === undefined ? '' : `; CPU ≤ ${times} ×`}`

const rateRow = (perSecond: number, ours: Curve, rival: Curve): Row | undefined => {
  const [own, other] = [ours, rival].map(({ points }) => points.find((point) => point.perSecond === perSecond))
  if (own === undefined) return undefined
  const times = other === undefined ? undefined : serverMicros(own) / serverMicros(other)
  const beside = other === undefined || times === undefined ? '' : `; Socket.IO ${pointText(other)}; CPU ${times.toFixed(2)} ×`
  const aim = aims[perSecond]
  const row = { what: `B12 ${perSecond} messages/s, send → every member`, result: `${pointText(own)}${beside}` }
  if (aim === undefined) return row
  const isMet =
    own.received.p50 <= aim.p50 && own.received.p99 <= aim.p99 && (aim.times === undefined || (times ?? 0) <= aim.times)
  return { ...row, aim: aimText(aim), isMet }
}

const stagesRow = ({ points }: Curve): Row[] =>
  points.flatMap(({ perSecond, stages }) =>
    stages !== undefined && stagesRates.has(perSecond)
      ? [{ what: `B12 mean age of a message at each stage at ${perSecond}/s, ms`, result: stagesText(stages) }]
      : [],
  )

const highestText = ({ best, tooMuch }: Curve): string => `${best?.perSecond ?? 0}/s${tooMuch === undefined ? ' or more' : ''}`

const highestRow = (ours: Curve, rival: Curve): Row => {
  const times = (ours.best?.perSecond ?? 0) / Math.max(1, rival.best?.perSecond ?? 0)
  return {
    what: 'B12 highest rate with p99 < 250 ms',
    result: `${highestText(ours)}; Socket.IO ${highestText(rival)}: ${times.toFixed(1)} times`,
    aim: `≥ ${aimHighest} times`,
    isMet: times >= aimHighest,
  }
}

const problemsOf = ({ curve, problems }: Side, isShort: boolean): readonly string[] => [
  ...problems,
  ...(isShort && !curve.points.every(({ isWhole }) => isWhole) ? ['not all messages were delivered in time'] : []),
]

/** B12: latency and CPU time of a message at everyday rates, every message at its own due time over its own socket. */
export const everydayBench: Bench = {
  id: 'B12',
  title: 'confirmed sends at everyday rates, beside Socket.IO',
  run: async (context): Promise<BenchReport> => {
    const plan = planOf(context.isShort)
    const ours = await measureOurs(context, plan)
    const rival = await measureRival(context, plan)
    const measured = plan.rates.flatMap((rate) => rateRow(rate, ours.curve, rival.curve) ?? [])
    const rates = [...measured, ...stagesRow(ours.curve)]
    const curves = { ours: ours.curve.points, 'Socket.IO': rival.curve.points }
    return {
      rows: plan.bisections === 0 ? rates : [...rates, highestRow(ours.curve, rival.curve)],
      problems: [...problemsOf(ours, context.isShort), ...problemsOf(rival, context.isShort)],
      data: { ours: ours.curve, rival: rival.curve },
      ...(plan.bisections === 0 ? {} : { pictures: { 'b12.svg': curveSvg('B12', curves) } }),
    }
  },
}
