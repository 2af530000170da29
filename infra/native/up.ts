import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../../shared/runtime/observability/error-text.ts'
import { isPortTaken } from './free-port.ts'
import { install } from './install.ts'
import { startKafka } from './kafka.ts'
import { withLock } from './lock.ts'
import { identify, isRunning } from './pid-identity.ts'
import { ensureDatabase, startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import type { RecordedServer, StackState } from './stack-state.ts'
import { defaultFolder, postgresFolder, readState, writeState } from './stack-state.ts'
import type { NativeTools } from './tools.ts'

const help = `Starts Kafka, Postgres and Redis on this machine, installing what is missing (Debian, as root).

  npm run -s stack:up            prints three "export …" lines; repeat it to see them again
  eval "$(npm run -s stack:up)"
  npm run -s stack:down          stops them; see its --help

  --folder <folder>   the folder of data, logs and state; .stack in the project if absent
`

const database = 'chat'

interface Started<Ports> {
  readonly pid: number | undefined
  readonly ports: Ports
}

/** Keeps a running server; else starts it on its previous ports, or on others if those are in use. */
const keepOrStart = async <Ports>(
  recorded: RecordedServer<Ports> | undefined,
  start: (ports?: Ports) => Promise<Started<Ports>>,
): Promise<RecordedServer<Ports>> => {
  if (recorded?.identity && isRunning(recorded.identity)) return recorded
  const { pid, ports } = await start(recorded?.ports).catch((error: unknown) => {
    if (recorded && isPortTaken(error)) return start()
    throw error
  })
  return { ports, identity: pid === undefined ? undefined : identify(pid) }
}

type AllUp = { readonly [Name in keyof StackState]-?: NonNullable<StackState[Name]> }

/** Records each server as soon as it runs, so that `stack:down` finds it even after a failure. */
const bringUp = async (tools: NativeTools, folder: string): Promise<AllUp> => {
  const given = { tools, isDetached: true }
  const state = readState(folder)
  const postgres = await keepOrStart(state.postgres, async (port) => {
    const server = await startPostgres({ ...given, folder: postgresFolder(folder), port })
    return { pid: server.pid, ports: server.port }
  })
  writeState(folder, { ...state, postgres })
  await ensureDatabase(`postgres://postgres@127.0.0.1:${postgres.ports}/postgres`, database)
  const redis = await keepOrStart(state.redis, async (port) => {
    const server = await startRedis({ ...given, folder: join(folder, 'redis'), port })
    return { pid: server.pid, ports: server.port }
  })
  writeState(folder, { ...state, postgres, redis })
  const kafka = await keepOrStart(state.kafka, (ports) => startKafka({ ...given, folder: join(folder, 'kafka'), ports }))
  writeState(folder, { postgres, redis, kafka })
  return { postgres, redis, kafka }
}

const up = async (folder: string): Promise<void> => {
  // By default, a signal would end this process without the server that is being started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const { postgres, redis, kafka } = await withLock('stack', async () => bringUp(await install(), folder))
  process.stdout.write(
    `export DATABASE_URL=postgres://postgres@127.0.0.1:${postgres.ports}/${database}\n` +
      `export REDIS_URL=redis://127.0.0.1:${redis.ports}\n` +
      `export KAFKA_BROKERS=127.0.0.1:${kafka.ports.listeners.direct}\n`,
  )
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, folder: { type: 'string' } },
  })
  if (values.help) process.stdout.write(help)
  else await up(resolve(values.folder ?? defaultFolder))
}

main().catch((error: unknown) => {
  process.stderr.write(`stack:up: ${messageOf(error)}\n`)
  process.exitCode = 1
})
