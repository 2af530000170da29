import { join } from 'node:path'
import { startTaskProcess } from '../../load/task-process/task-process.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import { pidsOf } from '../harness/chat-under-load.ts'
import type { Parts } from '../harness/cpu.ts'
import type { CpuUse } from '../harness/measure.ts'
import { cpuText, measureCpu } from '../harness/measure.ts'
import type { ChurnNote, ChurnOptions, ChurnResult } from '../load/churn.ts'
import { ms } from './pipeline-search.ts'

const entry = join(import.meta.dirname, '../load/churn-process.ts')
const bareEntry = join(import.meta.dirname, '../rivals/bare-churn-server.ts')

type Kind = Pick<ChurnOptions, 'sockets' | 'everyMs' | 'awayMs' | 'messages' | 'perSecond'>

interface Churned {
  readonly result: ChurnResult
  readonly cpu: CpuUse
  /** From the first reopening to the last resume, if all sockets are cut at once. */
  readonly storm: CpuUse | undefined
}

/** The load comes from one address instead of thousands. */
const env = { LOG_LEVEL: 'warn', SESSIONS_PER_GATEWAY: '20000', CONNECTIONS_PER_ADDRESS: '20000' }

const churnOn = async (urls: readonly string[], servers: Parts, kind: Kind): Promise<Churned> => {
  await using child = startTaskProcess<ChurnOptions, ChurnNote>(entry)
  const parts = { ...servers, load: [child.pid] }
  const end = measureCpu(parts)
  let endStorm: (() => CpuUse) | undefined
  let storm: CpuUse | undefined
  const result = await child.execute<ChurnResult>({ ...kind, urls, tag: freshTag() }, (note) => {
    if (note === 'reopening') endStorm = measureCpu(parts)
    else storm = endStorm?.()
  })
  return { result, cpu: end(), storm }
}

const churn = async (context: BenchContext, kind: Kind): Promise<Churned> => {
  const stack = await context.stack()
  await using chat = await startChat(stack, { gateways: 2, writers: 1, env })
  const urls = chat.gateways.map(({ url }) => url)
  return await churnOn(urls, { gateways: pidsOf(chat.gateways), ...stack.parts }, kind)
}

/** One process, because it keeps the room in an array; only its CPU time can be compared. */
const churnBare = async (kind: Kind): Promise<Churned> => {
  await using server = startTaskProcess<{ readonly do: 'listen' }>(bareEntry)
  const { port } = await server.execute<{ readonly port: number }>({ do: 'listen' })
  return await churnOn([`ws://127.0.0.1:${port}`], { server: [server.pid] }, kind)
}

const stormText = ({ result, storm }: Churned): string =>
  storm === undefined
    ? ''
    : `; all in ${storm.seconds.toFixed(2)} s, a reconnection costs ${cpuText(storm, result.cuts)}, others ${storm.otherCores.toFixed(1)} cores`

const rowOf = (what: string, sockets: number, churned: Churned, isJudged: boolean): Row => {
  const { cuts, missing, failures, resume } = churned.result
  return {
    what: `B8 ${sockets} sockets, ${what}`,
    result:
      `${cuts} cuts, ${missing} of all deliveries missing, ${failures} attempts to connect failed; ` +
      `due to reopen → behind the last missed frame p50 ${ms(resume.p50)}, p99 ${ms(resume.p99)} ms; ` +
      `load ${(100 * churned.cpu.loadBusy).toFixed(0)} % busy${stormText(churned)}`,
    ...(isJudged ? { aim: '100 % delivered, p99 < 1 s', isMet: missing === 0 && resume.p99 < 1_000 } : {}),
  }
}

const problemsOf = ({ missing, problems, cuts, resume }: ChurnResult): readonly string[] => [
  ...problems,
  ...(missing > 0 ? [`${missing} deliveries are missing`] : []),
  ...(cuts > 0 && resume.count === 0 ? ['no socket reconnected'] : []),
]

/** B8: sockets that are cut and reconnect, one after another and all at once. */
export const churnBench: Bench = {
  id: 'B8',
  title: 'sockets that are cut and reconnect',
  run: async (context): Promise<BenchReport> => {
    const { isShort } = context
    const sockets = isShort ? 40 : Number(process.env.BENCH_SOCKETS ?? 10_000)
    const common = isShort
      ? { sockets, awayMs: 100, messages: 10, perSecond: 10 }
      : { sockets, awayMs: 2_000, messages: 120, perSecond: 2 }
    const inTurn = await churn(context, { ...common, everyMs: isShort ? 400 : 15_000 })
    context.say(`  ${rowOf('in turn', sockets, inTurn, false).result}`)
    const atOnce = await churn(context, { ...common, everyMs: 0 })
    const bare = await churnBare({ ...common, everyMs: 0 })
    return {
      rows: [
        rowOf('each cut every 15 s and back after 2 s, 120 messages to all', sockets, inTurn, !isShort),
        rowOf('all cut at once', sockets, atOnce, !isShort),
        rowOf('all cut at once, bare ws in one process', sockets, bare, false),
      ],
      problems: [...problemsOf(inTurn.result), ...problemsOf(atOnce.result), ...problemsOf(bare.result)],
      data: { inTurn, atOnce, bare },
    }
  },
}
