import { setTimeout as sleep } from 'node:timers/promises'
import { freshTag } from '../../support/load/run-ids.ts'
import type { Replica } from '../../support/stack/server.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport } from '../harness/bench.ts'
import type { CpuUse } from '../harness/measure.ts'
import { measureCpu } from '../harness/measure.ts'
import { residentKb } from '../harness/memory.ts'
import { startOrderChild } from '../harness/order-child.ts'
import type { LoadOptions } from '../load/load-messages.ts'
import { startLoad } from '../load/start-load.ts'

type Size = Pick<LoadOptions, 'users' | 'rooms' | 'roomSize'>

/** For what was garbage to be collected. */
const calmMs = (isShort: boolean): number => (isShort ? 200 : 10_000)

const pidOf = (replica: Replica | undefined): number => (replica as { pid?: number } | undefined)?.pid ?? 0

interface Idle {
  /** Kilobytes for each session, over what the gateway took without any. */
  readonly perSession: number
  /** Share of a core while nothing happens, without and with the sessions. */
  readonly before: CpuUse
  readonly after: CpuUse
  readonly problems: readonly string[]
}

/** Sessions on a gateway of their own, which has not been busy with making their users and rooms. */
const measureIdle = async (context: BenchContext, size: Size, idleSeconds: number): Promise<Idle> => {
  const stack = await context.stack()
  await using chat = await startChat(stack, { gateways: 1, writers: 1, env: { LOG_LEVEL: 'warn' } })
  const common = { ...size, messageChars: 100, checkers: 20, tag: freshTag(), startMs: Date.now(), seed: 1 }
  {
    await using maker = startLoad()
    await maker.open('chat', { ...common, urls: chat.gateways.map(({ url }) => url) })
  }
  const gateway = await chat.addGateway()
  const parts = { gateway: [pidOf(gateway)], postgres: stack.parts.postgres }
  const rest = async (): Promise<CpuUse> => {
    await sleep(calmMs(context.isShort))
    const end = measureCpu(parts)
    await sleep(idleSeconds * 1_000)
    return end()
  }
  const before = await rest()
  const kb = residentKb(pidOf(gateway))
  await using load = startLoad()
  await load.open('chat', { ...common, urls: [gateway.url], makesRooms: false })
  const after = await rest()
  const perSession = (residentKb(pidOf(gateway)) - kb) / size.users
  return { perSession, before, after, problems: (await load.verdict()).problems }
}

const measureBare = async (isShort: boolean, users: number): Promise<number> => {
  await using server = startOrderChild<{ readonly do: 'listen' }>(`${import.meta.dirname}/../rivals/bare-ws-server.ts`)
  const { port } = await server.obey<{ readonly port: number }>({ do: 'listen' })
  await sleep(calmMs(isShort))
  const kb = residentKb(server.pid)
  await using load = startLoad()
  const options = { users, rooms: 1, roomSize: 2, messageChars: 100, checkers: 1, tag: freshTag(), seed: 1, makesRooms: false }
  await load.open('bare', { ...options, urls: [`ws://127.0.0.1:${port}`] })
  await sleep(calmMs(isShort))
  return (residentKb(server.pid) - kb) / users
}

/** B6: what a session costs that only is there. */
export const idleSessionsBench: Bench = {
  id: 'B6',
  title: 'idle sessions, each in ten rooms',
  run: async (context): Promise<BenchReport> => {
    const users = context.isShort ? 30 : 4_000
    const idle = await measureIdle(context, { users, rooms: users, roomSize: 10 }, context.isShort ? 0.5 : 5)
    const bare = await measureBare(context.isShort, users)
    return {
      rows: [
        {
          what: `B6 ${users} idle sessions in ten rooms each, memory of one`,
          result: `${idle.perSession.toFixed(1)} KB, bare ws ${bare.toFixed(1)} KB`,
          ...(context.isShort ? {} : { aim: '≤ 12 KB', isMet: idle.perSession <= 12 }),
        },
      ],
      problems: idle.problems,
      data: { idle, bare },
    }
  },
}

const share = ({ parts, seconds }: CpuUse, name: string): number => (parts[name] ?? 0) / 1e6 / seconds

/** B10: what it costs to look after rooms in which nothing happens. */
export const headSweepBench: Bench = {
  id: 'B10',
  title: 'head sweep of held rooms',
  run: async (context): Promise<BenchReport> => {
    const size = context.isShort ? { users: 20, rooms: 40, roomSize: 2 } : { users: 1_000, rooms: 10_000, roomSize: 2 }
    const { before, after, problems } = await measureIdle(context, size, context.isShort ? 0.5 : 30)
    const [gateway, postgres] = ['gateway', 'postgres'].map((name) => 100 * (share(after, name) - share(before, name)))
    return {
      rows: [
        {
          what: `B10 head sweep of ${size.rooms} held rooms (and ${size.users} users), of a core`,
          result: `gateway ${gateway?.toFixed(2)} %, Postgres ${postgres?.toFixed(2)} %`,
          ...(context.isShort ? {} : { aim: '≤ 1 % each', isMet: (gateway ?? 9) <= 1 && (postgres ?? 9) <= 1 }),
        },
      ],
      problems,
      data: { before, after },
    }
  },
}
