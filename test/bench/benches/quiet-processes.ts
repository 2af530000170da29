import { setTimeout as sleep } from 'node:timers/promises'
import { freshTag } from '../../support/load/run-ids.ts'
import type { Chat } from '../../support/stack/start-chat.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchReport, Row } from '../harness/bench.ts'
import { pidsOf } from '../harness/chat-under-load.ts'
import type { Parts } from '../harness/cpu.ts'
import type { CpuUse } from '../harness/measure.ts'
import { measureCpu } from '../harness/measure.ts'
import { startLoad } from '../load/start-load.ts'

/** A part for each process. */
const partsOf = ({ gateways, writers }: Chat, servers: Parts): Parts => ({
  ...Object.fromEntries(pidsOf(gateways).map((pid, index) => [`gateway ${index + 1}`, [pid]])),
  ...Object.fromEntries(pidsOf(writers).map((pid, index) => [`writer ${index + 1}`, [pid]])),
  ...servers,
})

const measureQuiet = async (parts: Parts, seconds: number): Promise<CpuUse> => {
  // Waits until the work of starting and connecting has ended.
  await sleep(Math.min(5, seconds) * 1_000)
  const end = measureCpu(parts)
  await sleep(seconds * 1_000)
  return end()
}

const rowOf = (sockets: number, { parts, seconds }: CpuUse): Row => ({
  what: `B13 idle with ${sockets} quiet sockets, CPU of each process`,
  result: `${Object.entries(parts)
    .map(([name, micros]) => `${name} ${(micros / 1e4 / seconds).toFixed(1)}`)
    .join(', ')} % of a core`,
})

/** B13: CPU of the processes without messages. */
export const quietProcessesBench: Bench = {
  id: 'B13',
  title: 'CPU of each process without messages',
  run: async ({ isShort, stack }): Promise<BenchReport> => {
    const started = await stack()
    const size = isShort ? { users: 20, rooms: 2, roomSize: 10 } : { users: 1_000, rooms: 100, roomSize: 10 }
    const seconds = isShort ? 0.2 : 20
    await using chat = await startChat(started, { gateways: 2, writers: isShort ? 1 : 2, env: { LOG_LEVEL: 'warn' } })
    const parts = partsOf(chat, started.parts)
    const without = await measureQuiet(parts, seconds)
    await using load = startLoad()
    const urls = chat.gateways.map(({ url }) => url)
    await load.open('chat', { ...size, urls, messageChars: 100, byteCheckers: 20, tag: freshTag(), seed: 1 })
    const withSockets = await measureQuiet(parts, seconds)
    const { problems } = await load.report()
    return { rows: [rowOf(0, without), rowOf(size.users, withSockets)], problems, data: { without, withSockets } }
  },
}
