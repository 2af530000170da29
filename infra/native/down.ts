import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../../shared/runtime/observability/error-text.ts'
import { withLock } from './lock.ts'
import type { RecordedServer } from './stack-state.ts'
import { defaultFolder, postgresFolder, readState, writeState } from './stack-state.ts'
import { stopRecorded } from './stop-recorded.ts'

const help = `Stops the Kafka, Postgres and Redis that "npm run stack:up" started, and nothing else.

  npm run -s stack:down              keeps their data and ports for the next stack:up
  npm run -s stack:down -- --erase   removes both

  --folder <folder>   the folder of stack:up; .stack in the project if absent
`

const stop = async <Ports>(
  recorded: RecordedServer<Ports> | undefined,
  signal: NodeJS.Signals,
): Promise<RecordedServer<Ports> | undefined> => {
  if (recorded?.identity) await stopRecorded(recorded.identity, signal)
  return recorded && { ports: recorded.ports }
}

const bringDown = async (folder: string): Promise<void> => {
  const state = readState(folder)
  const [postgres, redis, kafka] = await Promise.all([
    stop(state.postgres, 'SIGINT'),
    stop(state.redis, 'SIGTERM'),
    stop(state.kafka, 'SIGTERM'),
  ])
  writeState(folder, { postgres, redis, kafka })
}

const down = async (folder: string, isErasing: boolean): Promise<void> => {
  await withLock('stack', async () => {
    await bringDown(folder)
    if (!isErasing) return
    for (const each of [postgresFolder(folder), folder]) rmSync(each, { recursive: true, force: true })
  })
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      folder: { type: 'string' },
      erase: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(help)
  else await down(resolve(values.folder ?? defaultFolder), values.erase)
}

main().catch((error: unknown) => {
  process.stderr.write(`stack:down: ${messageOf(error)}\n`)
  process.exitCode = 1
})
