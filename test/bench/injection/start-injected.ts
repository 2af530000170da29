import { join } from 'node:path'
import { startTaskProcess } from '../../load/task-process/task-process.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import type { Measured } from '../harness/measure.ts'
import { measureCpu } from '../harness/measure.ts'
import type { Injected } from '../load/burst.ts'
import type { LoadOptions, ServiceName } from '../load/start-load.ts'
import { startLoad } from '../load/start-load.ts'
import type { InjectTask } from './inject.ts'

/** The servers into which messages are injected. */
const servers = {
  ours: { entry: 'injection/injected-gateway.ts', service: 'chat' },
  'bare ws': { entry: 'rivals/bare-ws-server.ts', service: 'bare' },
  'Socket.IO': { entry: 'rivals/socket-io-server.ts', service: 'socket.io' },
} as const satisfies Record<string, { readonly entry: string; readonly service: ServiceName }>

export type ServerName = keyof typeof servers

export interface InjectedServer extends AsyncDisposable {
  inject(perSecond: number, seconds: number): Promise<Measured>
  problems(): Promise<readonly string[]>
}

type Size = Pick<LoadOptions, 'users' | 'rooms' | 'roomSize' | 'otherChecks'>

const folder = join(import.meta.dirname, '..')

/** Starts a server with its load. `redisUrl`: only for servers that need Redis. */
export const startInjected = async (name: ServerName, size: Size, redisUrl?: string): Promise<InjectedServer> => {
  await using owned = new AsyncDisposableStack()
  const { entry, service } = servers[name]
  const server = owned.use(
    startTaskProcess<{ readonly do: 'listen'; readonly redisUrl?: string } | InjectTask>(join(folder, entry)),
  )
  const listening = await server.execute<{ readonly port: number }>({
    do: 'listen',
    ...(redisUrl === undefined ? {} : { redisUrl }),
  })
  const load = owned.use(startLoad())
  const [tag, startMs] = [freshTag(), nowMs()]
  const urls = [`ws://127.0.0.1:${listening.port}`]
  await load.open(service, { ...size, urls, messageChars: 100, byteCheckers: 20, tag, startMs, seed: 1 })
  const kept = owned.move()

  const injectFor = (perSecond: number, seconds: number): Promise<Injected> => {
    const count = Math.max(1, Math.round(perSecond * seconds))
    return server.execute({ do: 'inject', perSecond, count, rooms: size.rooms, tag, startMs })
  }
  return {
    inject: async (perSecond, seconds) => {
      await load.watch()
      const end = measureCpu({ server: [server.pid], load: [load.pid] })
      const injected = await injectFor(perSecond, seconds)
      const cpu = end()
      const result = await load.unwatch(injected, 30_000)
      return { ...result, perSecond, cpu, rate: result.sent / cpu.seconds }
    },
    problems: async () => (await load.report()).problems,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
