/**
 * Measures `admin replay` on the real stack: live traffic without it and beside it, in turns, and the replay alone.
 * `npm run show:replay -- 100000` (messages; default 100,000).
 */
import { join } from 'node:path'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { startAdmin } from '../unit/admin/moving/run-admin.ts'
import { startBenchStack } from './harness/bench-stack.ts'
import { startChatUnderLoad } from './harness/chat-under-load.ts'
import { writeImportFile } from './harness/import-file.ts'
import { cpuText, measureBurst, measureCpu } from './harness/measure.ts'

const messages = Number(process.argv[2] ?? 100_000)
const rounds = 3
const live = { users: 50, rooms: 20, roomSize: 5, perSecond: Number(process.env.LIVE_PER_SECOND ?? 200), seconds: 10 }

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const folder = makeScratchFolder('replay')
print('Starting Kafka, Postgres, Redis, one gateway and one writer …')
await using stack = await startBenchStack()
await using under = await startChatUnderLoad(stack, { ...live, gateways: 1, writers: 1 })
const { chat, load, parts } = under
const start = (...args: string[]) => startAdmin(args, { ...chat.environment('gateway'), LOG_LEVEL: 'warn' })
const startReplay = (name: string) => start('replay', `--topic=chat.events.replay.${name}`, `--state=${join(folder, name)}`)

/** Resolves with the p99 from send to stored, in milliseconds. */
const measureLive = async (what: string): Promise<number> => {
  const burst = { perSecond: live.perSecond, warmUpSeconds: 3, seconds: live.seconds, mostWaitMs: 10_000 }
  const { received, stored, isWhole } = await measureBurst(load, parts, burst)
  const text = ({ p50, p99 }: typeof stored) => `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`
  print(`  ${what}: send → stored ${text(stored)}; send → every member ${text(received)}${isWhole ? '' : '; NOT WHOLE'}`)
  return stored.p99
}

/** Resolves with the ratio of the two p99. */
const compareLive = async (round: number): Promise<number> => {
  const without = await measureLive('without a replay')
  const replaying = startReplay(`beside-${round}`)
  const beside = await measureLive('beside a replay ')
  replaying.kill('SIGINT')
  print(`    ${(await replaying.ended).stderr.trim().split('\n').slice(-3).join(' | ')}`)
  return beside / without
}

try {
  const file = join(folder, 'chats.jsonl')
  await writeImportFile(file, { source: 'replay', chats: 1_000, messages })
  if ((await start('import', file).ended).code !== 0) throw new Error('the import has failed')
  const measured = measureCpu(parts)
  const startedMs = performance.now()
  const { code, stderr } = await startReplay('alone').ended
  const seconds = (performance.now() - startedMs) / 1_000
  print(`The replay alone: ${seconds.toFixed(1)} s, ${Math.round(messages / seconds)} messages a second, exit code ${code}`)
  print(`  ${stderr.trim().split('\n').at(-1)}`)
  print(`  CPU of a message, without the replay itself: ${cpuText(measured(), messages)}`)
  print(`Live traffic: ${live.perSecond} messages a second in ${live.rooms} rooms of ${live.roomSize}`)
  const ratios: number[] = []
  for (let round = 1; round <= rounds; round += 1) ratios.push(await compareLive(round))
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]
  print(`  p99 beside a replay: median ${median?.toFixed(2)} times that without (aim ≤ 2)`)
} finally {
  removeScratchFolder(folder)
}
