import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import { startChatUnderLoad } from '../harness/chat-under-load.ts'
import type { Measured } from '../harness/measure.ts'
import { cpuText, measureBurst } from '../harness/measure.ts'

interface Point {
  readonly replicas: number
  readonly inFlight: number
  /** Messages stored in one transaction. */
  readonly batch: number
  /** CPU time of one message without the load, in microseconds. */
  readonly micros: number
  readonly measured: Measured
}

const microsOf = ({ cpu, confirmedMeanwhile }: Measured): number => {
  const { load: _load, ...parts } = cpu.parts
  return Object.values(parts).reduce((sum, micros) => sum + micros, 0) / Math.max(1, confirmedMeanwhile)
}

/** The number of committed transactions of the database; under load, almost all are those of writers. */
const transactions = async (databaseUrl: string): Promise<number> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  // Postgres sessions report their counts with a delay of a second.
  await sleep(1_500)
  const { rows } = await client.query<{ count: string }>(
    'select xact_commit as count from pg_stat_database where datname = current_database()',
  )
  await client.end()
  return Number(rows[0]?.count)
}

const measurePoints = async (context: BenchContext, replicas: number, inFlights: readonly number[]) => {
  const size = context.isShort ? { users: 20, rooms: 4, roomSize: 5 } : { users: 1_000, rooms: 100, roomSize: 10 }
  await using under = await startChatUnderLoad(await context.stack(), { ...size, gateways: replicas, writers: replicas })
  const [points, seconds] = [[] as Point[], context.isShort ? 1 : 6]
  const flood = (inFlight: number, warmUpSeconds: number): Promise<Measured> =>
    measureBurst(under.load, under.parts, { perSecond: 0, inFlight, warmUpSeconds, seconds, mostWaitMs: 60_000 })
  // New processes run uncompiled code.
  if (!context.isShort) await flood(Math.max(...inFlights), 10)
  for (const inFlight of inFlights) {
    const before = await transactions(under.chat.databaseUrl)
    const measured = await flood(inFlight, seconds / 2)
    const batch = measured.sent / Math.max(1, (await transactions(under.chat.databaseUrl)) - before)
    points.push({ replicas, inFlight, batch, micros: microsOf(measured), measured })
    context.say(
      `  ${replicas} of each, ${inFlight} in flight: ${measured.rate.toFixed(0)}/s in batches of ${batch.toFixed(1)}; ` +
        `a message costs ${cpuText(measured.cpu, measured.confirmedMeanwhile)}`,
    )
  }
  return { points, problems: await under.problems() }
}

/** The CPU time of a message in batches of that size, interpolated between measured sizes. */
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
          [200, 1_000],
        ]
    const [points, problems]: [Point[], string[]] = [[], []]
    for (const replicas of counts) {
      const found = await measurePoints(
        context,
        replicas,
        inFlights.map((inFlight) => inFlight * replicas),
      )
      points.push(...found.points)
      problems.push(...found.problems)
    }
    const ofCount = (replicas: number): Point[] => points.filter((point) => point.replicas === replicas)
    // The largest size that every number of replicas has reached.
    const batch = Math.min(...counts.map((replicas) => Math.max(...ofCount(replicas).map((point) => point.batch))))
    const costs = counts.map((replicas) => microsAt(ofCount(replicas), batch))
    const spread = Math.max(...costs) / Math.min(...costs)
    return {
      rows: [
        {
          what: `B9 CPU of a message with ${counts.join(', ')} gateways and writers, at ${batch.toFixed(0)} messages a transaction`,
          result: `${costs.map((micros) => micros.toFixed(0)).join(', ')} µs: ${((spread - 1) * 100).toFixed(0)} % apart`,
          ...(context.isShort ? {} : { aim: 'within 25 %', isMet: spread <= 1.25 }),
        },
      ],
      problems,
      data: points,
    }
  },
}
