import { join } from 'node:path'
import { freshTag } from '../../support/load/run-ids.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import type { CpuUse } from '../harness/measure.ts'
import { measureCpu } from '../harness/measure.ts'
import { startOrderChild } from '../harness/order-child.ts'
import type { ChurnOptions, ChurnResult } from '../load/churn.ts'
import { ms } from './pipeline-search.ts'

const entry = join(import.meta.dirname, '../load/churn-process.ts')

type Kind = Pick<ChurnOptions, 'sockets' | 'everyMs' | 'awayMs' | 'messages' | 'perSecond'>

const churn = async (context: BenchContext, kind: Kind): Promise<{ readonly result: ChurnResult; readonly cpu: CpuUse }> => {
  const stack = await context.stack()
  await using chat = await startChat(stack, {
    gateways: 2,
    writers: 1,
    env: { LOG_LEVEL: 'warn', SESSIONS_PER_GATEWAY: '20000' },
  })
  await using child = startOrderChild<ChurnOptions>(entry)
  const gateways = chat.gateways.map((gateway) => (gateway as { pid?: number }).pid ?? 0)
  const end = measureCpu({ gateways, ...stack.parts, load: [child.pid] })
  const result = await child.obey<ChurnResult>({ ...kind, urls: chat.gateways.map(({ url }) => url), tag: freshTag() })
  return { result, cpu: end() }
}

const rowOf = (what: string, sockets: number, { result, cpu }: Awaited<ReturnType<typeof churn>>, isJudged: boolean): Row => ({
  what: `B8 ${sockets} sockets, ${what}`,
  result:
    `${result.cuts} cuts, ${result.missing} of all deliveries missing; reopened → behind the last missed frame p50 ${ms(result.resume.p50)}, ` +
    `p99 ${ms(result.resume.p99)} ms; load ${(100 * cpu.loadBusy).toFixed(0)} % busy`,
  ...(isJudged ? { aim: '100 % delivered, p99 < 1 s', isMet: result.missing === 0 && result.resume.p99 < 1_000 } : {}),
})

const problemsOf = ({ missing, problems, cuts, resume }: ChurnResult): readonly string[] => [
  ...problems,
  ...(missing > 0 ? [`${missing} deliveries are missing`] : []),
  ...(cuts > 0 && resume.count === 0 ? ['nobody came back'] : []),
]

/** B8: sockets that are cut and come back, in turn, and all at once. */
export const churnBench: Bench = {
  id: 'B8',
  title: 'sockets that are cut and come back',
  run: async (context): Promise<BenchReport> => {
    const { isShort } = context
    const sockets = isShort ? 40 : Number(process.env.BENCH_SOCKETS ?? 10_000)
    const common = isShort
      ? { sockets, awayMs: 100, messages: 10, perSecond: 10 }
      : { sockets, awayMs: 2_000, messages: 120, perSecond: 2 }
    const inTurn = await churn(context, { ...common, everyMs: isShort ? 400 : 15_000 })
    context.say(`  ${rowOf('in turn', sockets, inTurn, false).result}`)
    const atOnce = await churn(context, { ...common, everyMs: 0 })
    return {
      rows: [
        rowOf('each cut every 15 s and back after 2 s, 120 messages to all', sockets, inTurn, !isShort),
        rowOf('all cut at once', sockets, atOnce, false),
      ],
      problems: [...problemsOf(inTurn.result), ...problemsOf(atOnce.result)],
      data: { inTurn, atOnce },
    }
  },
}
