import { metric } from '../../support/stack/inspect.ts'
import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import { startChatUnderLoad } from '../harness/chat-under-load.ts'
import type { Measured } from '../harness/measure.ts'
import { cpuText, measureBurst } from '../harness/measure.ts'

interface Point {
  readonly replicas: number
  readonly inFlight: number
  /** Records that a writer took from one partition at a time. */
  readonly batch: number
  /** Microseconds of everything but the load. */
  readonly micros: number
  readonly measured: Measured
}

const microsOf = ({ cpu, confirmedMeanwhile }: Measured): number => {
  const { load: _load, ...parts } = cpu.parts
  return Object.values(parts).reduce((sum, micros) => sum + micros, 0) / Math.max(1, confirmedMeanwhile)
}

const measurePoints = async (context: BenchContext, replicas: number, inFlights: readonly number[]) => {
  const size = context.isShort ? { users: 20, rooms: 4, roomSize: 5 } : { users: 1_000, rooms: 100, roomSize: 10 }
  await using under = await startChatUnderLoad(await context.stack(), { ...size, gateways: replicas, writers: replicas })
  const batches = async (name: string): Promise<number> => {
    const all = await Promise.all(under.chat.writers.map((writer) => metric(writer, `chat_writer_batch_records_${name}`)))
    return all.reduce((sum, each) => sum + each, 0)
  }
  const [points, seconds] = [[] as Point[], context.isShort ? 1 : 6]
  for (const inFlight of inFlights) {
    const before = [await batches('sum'), await batches('count')] as const
    const burst = { perSecond: 0, inFlight, warmUpSeconds: seconds / 2, seconds, patienceMs: 60_000 }
    const measured = await measureBurst(under.load, under.parts, burst)
    const batch = ((await batches('sum')) - before[0]) / Math.max(1, (await batches('count')) - before[1])
    points.push({ replicas, inFlight, batch, micros: microsOf(measured), measured })
    context.say(
      `  ${replicas} of each, ${inFlight} in flight: ${measured.rate.toFixed(0)}/s in batches of ${batch.toFixed(1)}; ` +
        `a message costs ${cpuText(measured.cpu, measured.confirmedMeanwhile)}`,
    )
  }
  return { points, problems: await under.problems() }
}

/** What a message would cost in batches of that size, between the sizes that were measured. */
const microsAt = (points: readonly Point[], batch: number): number => {
  const sorted = points.toSorted((a, b) => a.batch - b.batch)
  const above = sorted.find((point) => point.batch >= batch) ?? sorted.at(-1)
  const below = sorted.findLast((point) => point.batch <= batch) ?? sorted[0]
  if (above === undefined || below === undefined) return 0
  if (above.batch === below.batch) return above.micros
  return below.micros + ((batch - below.batch) / (above.batch - below.batch)) * (above.micros - below.micros)
}

/** B9: the same work by 1, 2 and 4 gateways and writers. */
export const scaleBench: Bench = {
  id: 'B9',
  title: 'one, two and four writers and gateways',
  run: async (context): Promise<BenchReport> => {
    const [counts, inFlights] = context.isShort
      ? [[2], [20]]
      : [
          [1, 2, 4],
          [300, 1_500],
        ]
    const [points, problems]: [Point[], string[]] = [[], []]
    for (const replicas of counts) {
      const found = await measurePoints(context, replicas, inFlights)
      points.push(...found.points)
      problems.push(...found.problems)
    }
    const ofCount = (replicas: number): Point[] => points.filter((point) => point.replicas === replicas)
    // The largest size that all of them have reached.
    const batch = Math.min(...counts.map((replicas) => Math.max(...ofCount(replicas).map((point) => point.batch))))
    const costs = counts.map((replicas) => microsAt(ofCount(replicas), batch))
    const spread = Math.max(...costs) / Math.min(...costs)
    return {
      rows: [
        {
          what: `B9 CPU of a message with ${counts.join(', ')} gateways and writers, at batches of ${batch.toFixed(1)}`,
          result: `${costs.map((micros) => micros.toFixed(0)).join(', ')} µs: ${((spread - 1) * 100).toFixed(0)} % apart`,
          ...(context.isShort ? {} : { aim: 'within 25 %', isMet: spread <= 1.25 }),
        },
      ],
      problems,
      data: points,
    }
  },
}
