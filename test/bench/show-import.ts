/**
 * Measures `admin import` on the real stack: live traffic without it and beside it, in turns, and the import alone.
 * `npm run show:import -- 1000000` (messages; default 100,000).
 */
import { join } from 'node:path'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { startAdmin } from '../unit/admin/moving/run-admin.ts'
import { startBenchStack } from './harness/bench-stack.ts'
import { startChatUnderLoad } from './harness/chat-under-load.ts'
import { writeImportFile } from './harness/import-file.ts'
import { cpuText, measureBurst, measureCpu } from './harness/measure.ts'

const messages = Number(process.argv[2] ?? 100_000)
const chats = 1_000
const rounds = 5
const live = { users: 50, rooms: 20, roomSize: 5, perSecond: Number(process.env.LIVE_PER_SECOND ?? 200), seconds: 15 }

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const folder = makeScratchFolder('import')
print('Starting Kafka, Postgres, Redis, one gateway and one writer …')
await using stack = await startBenchStack()
await using under = await startChatUnderLoad(stack, { ...live, gateways: 1, writers: 1 })
const { chat, load, parts } = under

const writeFile = async (source: string, count: number): Promise<string> => {
  const file = join(folder, `${source}.jsonl`)
  await writeImportFile(file, { source, chats, messages: count })
  return file
}
const startImport = (file: string) =>
  startAdmin(['import', file], { ...chat.environment('admin'), DATABASE_URL: chat.databaseUrl, LOG_LEVEL: 'warn' })

/** Resolves with the p99 from send to stored, in milliseconds. */
const measureLive = async (what: string): Promise<number> => {
  const burst = { perSecond: live.perSecond, warmUpSeconds: 3, seconds: live.seconds, mostWaitMs: 10_000 }
  const { received, stored, isWhole } = await measureBurst(load, parts, burst)
  const text = ({ p50, p99 }: typeof stored) => `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`
  print(`  ${what}: send → stored ${text(stored)}; send → every member ${text(received)}${isWhole ? '' : '; NOT WHOLE'}`)
  return stored.p99
}

/** Live traffic without an import, and then beside one. Resolves with the ratio of the two p99. */
const compareLive = async (round: number): Promise<number> => {
  const without = await measureLive('without an import')
  const importing = startImport(await writeFile(`beside-${round}`, 200_000))
  const beside = await measureLive('beside an import ')
  importing.kill('SIGINT')
  const { stderr } = await importing.ended
  print(`    ${stderr.trim().split('\n').slice(-4, -1).join(' | ')}`)
  return beside / without
}

try {
  print(`Live traffic: ${live.perSecond} messages a second in ${live.rooms} rooms of ${live.roomSize}`)
  const ratios: number[] = []
  for (let round = 1; round <= rounds; round += 1) ratios.push(await compareLive(round))
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]
  print(`  p99 beside an import: median ${median?.toFixed(2)} times that without (aim ≤ 2)`)

  const file = await writeFile('alone', messages)
  const measured = measureCpu(parts)
  const startedMs = performance.now()
  const { code, stderr: report } = await startImport(file).ended
  const seconds = (performance.now() - startedMs) / 1_000
  print(
    `The import alone: ${messages} messages in ${seconds.toFixed(1)} s, ${Math.round(messages / seconds)} a second, exit code ${code}`,
  )
  print(`  CPU of a message: ${cpuText(measured(), messages)}`)
  print(
    report
      .trim()
      .split('\n')
      .map((each) => `  ${each}`)
      .join('\n'),
  )
} finally {
  removeScratchFolder(folder)
}
