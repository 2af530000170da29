import type { GatewayCore } from '../../../services/gateway/gateway-core.ts'
import { createGatewayCore } from '../../../services/gateway/gateway-core.ts'
import { drainSessions } from '../../../services/gateway/server/drain.ts'
import { createWriter } from '../../../services/writer/writer.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { createMetrics } from '../../../shared/runtime/observability/metrics.ts'
import type { FaultyFanOut } from './faulty-fan-out.ts'
import { faultyFanOutNetwork } from './faulty-fan-out.ts'
import type { Life } from './life.ts'
import { createLife } from './life.ts'
import type { Random } from './random.ts'
import { seededRandom } from './random.ts'
import type { SimulatedLog } from './simulated-log.ts'
import { simulatedLog } from './simulated-log.ts'
import type { SimulatedSocket } from './simulated-socket.ts'
import type { Sabotage, SimulatedStore } from './simulated-store.ts'
import { simulatedStore } from './simulated-store.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { virtualClock } from './virtual-clock.ts'

export interface SimulatedGateway {
  readonly gatewayCore: GatewayCore
  readonly fanOut: FaultyFanOut
  readonly life: Life
  /** Those that were opened on it. */
  readonly sockets: Set<SimulatedSocket>
}

/** Real gateways and real writers on ports in memory, under one seed. */
export interface SimulatedWorld {
  readonly clock: VirtualClock
  readonly random: Random
  readonly store: SimulatedStore
  readonly log: SimulatedLog
  readonly gateways: SimulatedGateway[]
  readonly writerFanOut: FaultyFanOut
  /** The fan-out as another process sees it. */
  openFanOut(): FaultyFanOut
  newId(): string
  /** A gateway hands its sessions over, closes them at once, or is killed with all of them; another one takes its place. */
  replaceGateway(index: number, how: 'drained' | 'stopped' | 'killed'): void
  /** Another writer takes over: from one that was killed, or from one that goes on with what it has in hand. */
  replaceWriter(isKilled: boolean): void
  /** No more faults from now on; delays stay. */
  calm(): void
}

/** One registry for all runs: what is counted is not looked at here. */
const metrics = createMetrics()

/** Small, so that bounds are met often. */
export const simulatedBounds = {
  ...defaultBounds,
  sendQueueBytes: 2_000,
  heldFrames: 4,
  pagesPerSession: 2,
  publicationBytes: 1_200,
  pendingPerSession: 12,
  produceBatchRecords: 6,
  produceBufferBytes: 8_000,
  lookupItems: 3,
}
export const simulatedTimes = {
  ...defaultTimes,
  commandDeadlineMs: 4_000,
  topicReleaseMs: 500,
  convergeMs: 2_000,
  drainWindowMs: 300,
  drainOverlapMs: 50,
}

const nothing = (): void => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
/** Writers warn of retries; nothing of a gateway may fail. */
const unwelcome = {
  ...silent,
  error: (fields: object, text: string): void => {
    throw new Error(text, { cause: fields })
  },
}
const noMetrics = {
  onBatch: nothing,
  onRecord: nothing,
  onClampedTimes: () => undefined,
  onDeadLetter: nothing,
  onStored: nothing,
  onStage: nothing,
  onRetry: nothing,
  onFanOutFailure: nothing,
}

/** What is to run after the present turn waits now and then, as it does on a busy machine: a flush comes late. */
const sometimesLate = (clock: Clock, random: Random): Clock => ({
  ...clock,
  after: (delayMs, callback) => clock.after(delayMs <= 0 ? random.pick([0, 0, 0, 14, 20]) : delayMs, callback),
})

/** `isFanOutSafe`: publications are neither lost nor reordered. */
export const simulatedWorld = async (
  seed: number,
  { sabotage, isFanOutSafe = false }: { readonly sabotage?: Sabotage | undefined; readonly isFanOutSafe?: boolean } = {},
): Promise<SimulatedWorld> => {
  const random = seededRandom(seed)
  const clock = virtualClock(random)
  const loss = random.pick([0, 0.05, 0.3])
  const weather = { loss: isFanOutSafe ? 0 : loss, repetition: 0.1, delayMs: 30, isOrdered: isFanOutSafe }
  const network = faultyFanOutNetwork(clock, random, weather)
  const store = simulatedStore(clock, random, { failure: random.pick([0, 0.05]), delayMs: 15 }, sabotage)
  const log = simulatedLog(clock, random, { refusal: 0.03, unknown: 0.05, zombie: 0.1 })
  const writerFanOut = network.open()
  const bounds = { ...simulatedBounds, pageEvents: random.pick([5, 5, 20]) }
  const settings = { metrics, log: unwelcome, times: simulatedTimes, bounds, limits: defaultLimits }
  let ids = 0
  const newId = (): string => {
    ids += 1
    return `00000000-0000-7000-8000-${ids.toString(16).padStart(12, '0')}`
  }

  const startGateway = (): SimulatedGateway => {
    const life = createLife()
    const fanOut = network.open()
    const gatewayCore = createGatewayCore({
      ...settings,
      commandLog: life.bound(log),
      eventStore: life.bound(store.eventStore),
      readModel: life.bound(store.readModel),
      fanOut,
      clock: sometimesLate(life.clock(clock, random.pick([0, 0, -600_000, 600_000])), random),
      log: silent,
      gateway: newId(),
      newId,
      random: random.next,
    })
    void gatewayCore.start()
    return { gatewayCore, fanOut, life, sockets: new Set() }
  }

  let writerLife: Life
  const startWriter = (): Promise<void> => {
    writerLife = createLife()
    return createWriter({
      ...settings,
      commandLog: writerLife.bound(log),
      eventStore: writerLife.bound(store.eventStore),
      eventStream: undefined,
      fanOut: writerFanOut,
      clock: writerLife.clock(clock, 0),
      metrics: noMetrics,
    }).start()
  }

  const world: SimulatedWorld = {
    clock,
    random,
    store,
    log,
    gateways: [startGateway(), startGateway()],
    writerFanOut,
    openFanOut: network.open,
    newId,
    replaceGateway: (index, how) => {
      const old = world.gateways[index]
      if (old === undefined) return
      const stop = (): void => {
        old.gatewayCore.stop()
        old.fanOut.fail()
      }
      if (how === 'killed') {
        old.life.end()
        old.fanOut.fail()
        for (const socket of old.sockets) socket.abort()
      }
      if (how === 'stopped') stop()
      if (how === 'drained') void drainSessions([...old.gatewayCore.sessions()], clock, simulatedTimes).then(stop)
      world.gateways[index] = startGateway()
    },
    replaceWriter: (isKilled) => {
      if (isKilled) writerLife.end()
      void startWriter()
    },
    calm: () => {
      network.calm()
      store.calm()
      log.calm()
      for (const fanOut of [writerFanOut, ...world.gateways.map((gateway) => gateway.fanOut)]) fanOut.restore()
    },
  }
  await startWriter()
  return world
}
