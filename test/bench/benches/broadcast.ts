import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import type { Measured } from '../harness/measure.ts'
import { isVoid } from '../harness/measure.ts'
import { highestSustained } from '../harness/search.ts'
import type { InjectedServer, ServerName } from '../injection/start-injected.ts'
import { startInjected } from '../injection/start-injected.ts'
import { ms } from './pipeline-search.ts'

/** Server CPU for one delivery, in microseconds. */
const perDelivery = ({ cpu, deliveries }: Measured): number => (cpu.parts.server ?? 0) / Math.max(1, deliveries)

const us = (value: number): string => `${value.toFixed(2)} µs`

const waitMs = 100

const isSustained = (measured: Measured): boolean => measured.isWhole && measured.received.p99 < waitMs && !isVoid(measured)

const textOf = (name: string, measured: Measured): string =>
  `${name}: ${measured.perSecond}/s, ${(measured.deliveries / measured.cpu.seconds).toFixed(0)} deliveries/s at ${us(perDelivery(measured))} of its CPU, ` +
  `received p50 ${ms(measured.received.p50)} p99 ${ms(measured.received.p99)} ms, load ${(100 * measured.cpu.loadBusy).toFixed(0)} % busy`

interface Size {
  readonly users: number
  readonly rooms: number
  readonly roomSize: number
  readonly otherChecks: 'count' | 'order'
}

type Injecting = Pick<InjectedServer, 'inject'>

interface Served<T> {
  readonly result: T
  readonly problems: readonly string[]
}

/**
 * When a socket of the service falls behind, the gateway reads missed events from the store, which has no injected
 * messages. The search therefore ends at the first rate with missing deliveries, and these are not a failure.
 */
const isLast = (measured: Measured): boolean => !measured.isWhole

const withServer = async <T>(
  context: BenchContext,
  name: ServerName,
  size: Size,
  work: (server: Injecting) => Promise<T>,
): Promise<Served<T>> => {
  const redisUrl = name === 'Socket.IO' ? (await context.stack()).urls().redisUrl : undefined
  await using server = await startInjected(name, size, redisUrl)
  let problems: readonly string[] = []
  let isJudged = true
  const inject: InjectedServer['inject'] = async (perSecond, seconds) => {
    const measured = await server.inject(perSecond, seconds)
    isJudged = isJudged && !isLast(measured)
    if (isJudged) problems = await server.problems()
    return measured
  }
  const result = await work({ inject })
  return { result, problems: problems.map((problem) => `${name}: ${problem}`) }
}

const search = async (context: BenchContext, name: ServerName, server: Injecting, startAt: number) => {
  await server.inject(startAt / 2, 3)
  const attempt = async (perSecond: number): Promise<Measured> => {
    const measured = await server.inject(perSecond, 4)
    context.say(`  ${isSustained(measured) ? 'held' : isVoid(measured) ? 'void' : 'not held'} ${textOf(name, measured)}`)
    return measured
  }
  return highestSustained({ attempt, isSustained, isOver: isLast, startAt, factor: 1.5, mostAttempts: 8 })
}

const shortOf = async (context: BenchContext, what: string, size: Size): Promise<BenchReport> => {
  const { result, problems } = await withServer(context, 'ours', size, (server) => server.inject(100, 1))
  const missing = result.isWhole ? [] : ['not all messages were delivered']
  return {
    rows: [{ what, result: `all ${result.deliveries} deliveries arrived` }],
    problems: [...missing, ...problems],
    data: result,
  }
}

const busyRoomRows = (
  bare: Measured | undefined,
  socketIo: Measured | undefined,
  ours: Measured | undefined,
  five: Measured,
): readonly Row[] => {
  const row = (name: string, measured: Measured | undefined): Row => ({
    what: `B1 room of 1,000, ${name}`,
    result: measured === undefined ? 'none was held' : textOf('highest rate held', measured),
  })
  const cost = bare === undefined ? 0 : perDelivery(bare) / perDelivery(five)
  const rate = bare === undefined || ours === undefined ? 0 : ours.perSecond / bare.perSecond
  return [
    row('bare ws.send', bare),
    row('Socket.IO with Redis adapter', socketIo),
    row('ours', ours),
    {
      what: 'B1 ours at five times the rate of bare ws.send',
      result: `${textOf('ours', five)}: a delivery costs 1/${cost.toFixed(1)} of bare ws.send’s`,
      aim: '≤ 1/5',
      isMet: five.isWhole && cost >= 5,
    },
    {
      what: 'B1 ours against bare ws.send, highest rates held',
      result: `${rate.toFixed(1)} times`,
      aim: '≥ 5 times',
      isMet: rate >= 5,
    },
  ]
}

/** B1: one room of 1,000. */
export const busyRoomBench: Bench = {
  id: 'B1',
  title: 'broadcast in a busy room of 1,000 sockets',
  run: async (context) => {
    if (context.isShort)
      return shortOf(context, 'B1 100 messages in a room of 30', { users: 30, rooms: 1, roomSize: 30, otherChecks: 'count' })
    const size = { users: 1_000, rooms: 1, roomSize: 1_000, otherChecks: 'count' } as const
    const bare = await withServer(context, 'bare ws', size, (server) => search(context, 'bare ws', server, 20))
    const socketIo = await withServer(context, 'Socket.IO', size, (server) => search(context, 'Socket.IO', server, 10))
    const fiveTimes = 5 * (bare.result.best?.perSecond ?? 20)
    const ours = await withServer(context, 'ours', size, async (server) => {
      await server.inject(fiveTimes / 2, 3)
      const five = await server.inject(fiveTimes, 8)
      return { ...(await search(context, 'ours', server, fiveTimes)), five }
    })
    return {
      rows: busyRoomRows(bare.result.best, socketIo.result.best, ours.result.best, ours.result.five),
      problems: [...bare.problems, ...socketIo.problems, ...ours.problems],
      data: { bare: bare.result, socketIo: socketIo.result, ours: ours.result },
    }
  },
}

/** B2: a room of ten with one message a second. */
export const quietRoomBench: Bench = {
  id: 'B2',
  title: 'one message a second in a quiet room',
  run: async (context) => {
    const size = { users: 20, rooms: 1, roomSize: 20, otherChecks: 'order' } as const
    if (context.isShort) return shortOf(context, 'B2 100 messages in a room of 20', size)
    const measure = (name: ServerName) => withServer(context, name, size, (server) => server.inject(1, 30))
    const [bare, ours] = [await measure('bare ws'), await measure('ours')]
    const added = ours.result.received.p50 - bare.result.received.p50
    return {
      rows: [
        {
          what: 'B2 quiet room, injected → received, p50',
          result: `ours ${ours.result.received.p50.toFixed(2)} ms, bare ws ${bare.result.received.p50.toFixed(2)} ms`,
          aim: 'within 1 ms',
          isMet: added < 1,
        },
      ],
      problems: [...bare.problems, ...ours.problems],
      data: { bare: bare.result, ours: ours.result },
    }
  },
}

/** B3: many small rooms. */
export const manyRoomsBench: Bench = {
  id: 'B3',
  title: '2,000 rooms of 5 sockets',
  run: async (context) => {
    if (context.isShort)
      return shortOf(context, 'B3 100 messages in 20 rooms of 5', { users: 20, rooms: 20, roomSize: 5, otherChecks: 'order' })
    const size = { users: 2_000, rooms: 2_000, roomSize: 5, otherChecks: 'order' } as const
    const measure = (name: ServerName) =>
      withServer(context, name, size, async (server) => {
        await server.inject(400, 3)
        const rest = await server.inject(200, 10)
        context.say(`  at rest ${textOf(name, rest)}`)
        return { rest, busy: await search(context, name, server, 1_000) }
      })
    const [bare, ours] = [await measure('bare ws'), await measure('ours')]
    const restRatio = perDelivery(ours.result.rest) / perDelivery(bare.result.rest)
    const [oursBusy, bareBusy] = [ours.result.busy.best, bare.result.busy.best]
    const busyRatio = oursBusy === undefined || bareBusy === undefined ? 99 : perDelivery(oursBusy) / perDelivery(bareBusy)
    return {
      rows: [
        {
          what: 'B3 2,000 rooms of 5 at rest (200/s), CPU of a delivery',
          result: `ours ${us(perDelivery(ours.result.rest))}, bare ws ${us(perDelivery(bare.result.rest))}: ${restRatio.toFixed(2)} times`,
          aim: '≤ 1.3 times',
          isMet: restRatio <= 1.3,
        },
        {
          what: 'B3 the same at the highest rate held',
          result: `${oursBusy === undefined ? 'ours: none' : textOf('ours', oursBusy)}; ${bareBusy === undefined ? 'bare ws: none' : textOf('bare ws', bareBusy)}: ${busyRatio.toFixed(2)} times`,
          aim: 'below 1',
          isMet: busyRatio < 1,
        },
      ],
      problems: [...bare.problems, ...ours.problems],
      data: { bare: bare.result, ours: ours.result },
    }
  },
}
