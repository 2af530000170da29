import { join } from 'node:path'
import { makeScratchFolder, removeScratchFolder } from '../../support/stack/scratch-folder.ts'
import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import type { ChatUnderLoad } from '../harness/chat-under-load.ts'
import { startChatUnderLoad } from '../harness/chat-under-load.ts'
import type { CountedParts, Counts } from '../harness/turns.ts'
import { measureCounts } from '../harness/turns.ts'
import type { BurstResult } from '../load/burst.ts'
import { warmUp } from './rate-curve.ts'

const reporter = join(import.meta.dirname, '../harness/turn-reporter.ts')

const sizeOf = (isShort: boolean) =>
  isShort ? { users: 40, rooms: 4, roomSize: 10 } : { users: 1_000, rooms: 100, roomSize: 10 }

const partsOf = ({ parts }: ChatUnderLoad): CountedParts => ({
  gateways: { pids: parts.gateways ?? [], isNode: true },
  writers: { pids: parts.writers ?? [], isNode: true },
  kafka: { pids: parts.kafka ?? [], isNode: false },
  postgres: { pids: parts.postgres ?? [], isNode: false },
  redis: { pids: parts.redis ?? [], isNode: false },
})

interface Counted {
  readonly perSecond: number
  readonly result: BurstResult
  readonly counts: Readonly<Record<string, Counts>>
}

const countAt = async (under: ChatUnderLoad, folder: string, perSecond: number, seconds: number): Promise<Counted> => {
  const end = await measureCounts(partsOf(under), folder)
  const result = await under.load.run({ perSecond, warmUpSeconds: 0, seconds, mostWaitMs: 30_000 }, () => {})
  return { perSecond, result, counts: await end() }
}

const rowsOf = ({ perSecond, result, counts }: Counted): Row[] =>
  Object.entries(counts).map(([name, { turns, reads, writes, wakeUps }]) => {
    const each = (count: number): string => (count / result.sent).toFixed(1)
    const ofNode = turns === 0 ? '' : `${each(turns)} turns, `
    return {
      what: `B14 ${perSecond} messages/s, for one message, ${name}`,
      result: `${ofNode}${each(reads)} reads, ${each(writes)} writes, ${each(wakeUps)} wake-ups`,
    }
  })

const measure = async (context: BenchContext, folder: string): Promise<{ counted: Counted[]; problems: readonly string[] }> => {
  const { isShort } = context
  const env = { NODE_OPTIONS: `--import ${reporter}`, TURNS_FOLDER: folder }
  await using under = await startChatUnderLoad(await context.stack(), { ...sizeOf(isShort), env })
  const counted: Counted[] = []
  if (!isShort) await warmUp(under, 10)
  for (const perSecond of isShort ? [40] : [100, 1_000]) counted.push(await countAt(under, folder, perSecond, isShort ? 1 : 10))
  return { counted, problems: await under.problems() }
}

/** B14: event-loop turns, reads, writes and wake-ups per message. */
export const turnsBench: Bench = {
  id: 'B14',
  title: 'turns, reads and writes of a message in each process',
  run: async (context): Promise<BenchReport> => {
    const folder = makeScratchFolder('bench-turns')
    try {
      const { counted, problems } = await measure(context, folder)
      const missing = counted.filter(({ result }) => !result.isWhole).map(({ perSecond }) => `not all came at ${perSecond}/s`)
      return { rows: counted.flatMap(rowsOf), problems: [...missing, ...problems], data: counted }
    } finally {
      removeScratchFolder(folder)
    }
  },
}
