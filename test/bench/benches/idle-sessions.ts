import { setTimeout as sleep } from 'node:timers/promises'
import { startTaskProcess } from '../../load/task-process/task-process.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import { nodeArguments } from '../../support/stack/replica.ts'
import type { Environment, Replica } from '../../support/stack/server.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import type { CpuUse } from '../harness/measure.ts'
import { measureCpu } from '../harness/measure.ts'
import { residentKb } from '../harness/memory.ts'
import type { LoadOptions } from '../load/start-load.ts'
import { startLoad } from '../load/start-load.ts'

type Size = Pick<LoadOptions, 'users' | 'rooms' | 'roomSize'>

/** Time for garbage collection. */
const calmMs = (isShort: boolean): number => (isShort ? 200 : 10_000)

const pidOf = (replica: Replica | undefined): number => (replica as { pid?: number } | undefined)?.pid ?? 0

/** The memory of idle sessions. */
interface Idle {
  /** Kilobytes per session, without the memory of the gateway before the first session. */
  readonly perSession: number
  readonly cpu: CpuUse
  readonly problems: readonly string[]
}

/** Opens sessions on new gateways, which have not created the users and rooms. */
const measureIdle = async (
  context: BenchContext,
  size: Size,
  idleSeconds: number,
  environments: readonly Environment[] = [{}],
): Promise<Idle[]> => {
  const stack = await context.stack()
  await using chat = await startChat(stack, { gateways: 1, writers: 1, env: { LOG_LEVEL: 'warn' } })
  const common = { ...size, messageChars: 100, byteCheckers: 20, tag: freshTag(), startMs: Date.now(), seed: 1 }
  {
    await using maker = startLoad()
    await maker.open('chat', { ...common, urls: chat.gateways.map(({ url }) => url) })
  }
  const idle = async (env: Environment): Promise<Idle> => {
    await using gateway = await chat.addGateway(env)
    const calm = (): Promise<void> => sleep(calmMs(context.isShort))
    await calm()
    const kb = residentKb(pidOf(gateway))
    await using load = startLoad()
    await load.open('chat', { ...common, urls: [gateway.url], makesRooms: false })
    await calm()
    const end = measureCpu({ gateway: [pidOf(gateway)], postgres: stack.parts.postgres })
    await sleep(idleSeconds * 1_000)
    const cpu = end()
    const perSession = (residentKb(pidOf(gateway)) - kb) / size.users
    return { perSession, cpu, problems: (await load.report()).problems }
  }
  const measured: Idle[] = []
  for (const env of environments) measured.push(await idle(env))
  return measured
}

const measureBare = async (isShort: boolean, users: number, limits: readonly string[]): Promise<number> => {
  const entry = `${import.meta.dirname}/../rivals/bare-ws-server.ts`
  await using server = startTaskProcess<{ readonly do: 'listen' }>(entry, limits)
  const { port } = await server.execute<{ readonly port: number }>({ do: 'listen' })
  await sleep(calmMs(isShort))
  const kb = residentKb(server.pid)
  await using load = startLoad()
  const options = {
    users,
    rooms: 1,
    roomSize: 2,
    messageChars: 100,
    byteCheckers: 1,
    tag: freshTag(),
    seed: 1,
    makesRooms: false,
  }
  await load.open('bare', { ...options, urls: [`ws://127.0.0.1:${port}`] })
  await sleep(calmMs(isShort))
  return (residentKb(server.pid) - kb) / users
}

/** B6: memory of a session that is idle, in a gateway started as `npm run gateway` starts it. */
export const idleSessionsBench: Bench = {
  id: 'B6',
  title: 'idle sessions, each in ten rooms',
  run: async (context): Promise<BenchReport> => {
    const users = context.isShort ? 30 : 4_000
    const size = { users, rooms: users, roomSize: 10 }
    const [ours] = await measureIdle(context, size, context.isShort ? 0.5 : 5)
    if (ours === undefined) throw new Error('no measurement')
    const limits = nodeArguments.filter((argument) => argument.includes('semi-space-size'))
    const bare = await measureBare(context.isShort, users, limits)
    return {
      rows: [
        {
          what: `B6 ${users} idle sessions in ten rooms each, memory of one, both with ${limits.join(' ')}`,
          result: `${ours.perSession.toFixed(1)} KB, bare ws ${bare.toFixed(1)} KB`,
          ...(context.isShort ? {} : { aim: '≤ 12 KB', isMet: ours.perSession <= 12 }),
        },
      ],
      problems: ours.problems,
      data: { ours, bare },
    }
  },
}

/** Percent of a core. */
const share = ({ parts, seconds }: CpuUse, name: string): number => (100 * (parts[name] ?? 0)) / 1e6 / seconds

/** Disables the sweep during the measurement; all other work for sessions continues. */
const withoutSweep = { CONVERGE_MS: '3600000' }

/** B10: the cost of the head sweep for idle rooms. */
export const headSweepBench: Bench = {
  id: 'B10',
  title: 'head sweep of held rooms',
  run: async (context): Promise<BenchReport> => {
    const size = context.isShort ? { users: 20, rooms: 40, roomSize: 2 } : { users: 1_000, rooms: 10_000, roomSize: 2 }
    const all = await measureIdle(context, size, context.isShort ? 0.5 : 30, [withoutSweep, {}])
    const [[gatewayBefore = 0, gatewayAfter = 9], [postgresBefore = 0, postgresAfter = 9]] = [
      all.map(({ cpu }) => share(cpu, 'gateway')),
      all.map(({ cpu }) => share(cpu, 'postgres')),
    ] as const
    const [gateway, postgres] = [gatewayAfter - gatewayBefore, postgresAfter - postgresBefore]
    return {
      rows: [
        {
          what: `B10 head sweep of ${size.rooms} held rooms (and ${size.users} users), of a core`,
          result: `gateway ${gateway.toFixed(2)} %, Postgres ${postgres.toFixed(2)} %; without it ${gatewayBefore.toFixed(2)} and ${postgresBefore.toFixed(2)} %`,
          ...(context.isShort ? {} : { aim: '≤ 1 % each', isMet: gateway <= 1 && postgres <= 1 }),
        },
      ],
      problems: all.flatMap(({ problems }) => problems),
      data: { all },
    }
  },
}
