import type { Switchboard } from '../../../services/gateway/switchboard.ts'
import { createSwitchboard } from '../../../services/gateway/switchboard.ts'
import type { Writer } from '../../../services/writer/writer.ts'
import { createWriter } from '../../../services/writer/writer.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { defaultBounds } from '../../../shared/runtime/bounds.ts'
import { createMetrics } from '../../../shared/runtime/metrics.ts'
import { defaultTimes } from '../../../shared/runtime/times.ts'
import type { FanOutNetwork, FaultyFanOut } from './faulty-fan-out.ts'
import { faultyFanOutNetwork } from './faulty-fan-out.ts'
import type { Random } from './random.ts'
import { seededRandom } from './random.ts'
import { simulatedLog } from './simulated-log.ts'
import type { Sabotage } from './simulated-store.ts'
import { simulatedStore } from './simulated-store.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { virtualClock } from './virtual-clock.ts'

export interface SimulatedGateway {
  readonly switchboard: Switchboard
  readonly fanOut: FaultyFanOut
}

/** Real gateways and a real writer on ports in memory, under one seed. */
export interface SimulatedWorld {
  readonly clock: VirtualClock
  readonly random: Random
  readonly store: ReturnType<typeof simulatedStore>
  readonly gateways: SimulatedGateway[]
  newId(): string
  /** A gateway is gone with everything in it; another one takes its place. */
  replaceGateway(index: number): void
  /** No more faults from now on; delays stay. */
  calm(): void
}

/** One registry for all runs: what is counted is not looked at here. */
const metrics = createMetrics()

/** Small, so that bounds are met often. */
const bounds = {
  ...defaultBounds,
  sendQueueBytes: 2_000,
  heldFrames: 4,
  pageEvents: 5,
  pagesPerSession: 2,
  publicationBytes: 1_200,
}
const times = { ...defaultTimes, commandDeadlineMs: 4_000, topicReleaseMs: 500, convergeMs: 2_000 }
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

const startWriter = (world: {
  clock: VirtualClock
  store: ReturnType<typeof simulatedStore>
  log: ReturnType<typeof simulatedLog>
  network: FanOutNetwork
}): Writer => {
  const nothing = (): void => undefined
  return createWriter({
    commandLog: world.log,
    eventStore: world.store.eventStore,
    eventStream: undefined,
    fanOut: world.network.open(),
    clock: world.clock,
    log: silent,
    metrics: {
      onBatch: nothing,
      onRecord: nothing,
      onDeadLetter: nothing,
      onStored: nothing,
      onRetry: nothing,
      onFanOutFailure: nothing,
    },
    times,
    bounds,
    limits: defaultLimits,
  })
}

export const simulatedWorld = async (seed: number, sabotage?: Sabotage): Promise<SimulatedWorld> => {
  const random = seededRandom(seed)
  const clock = virtualClock(random)
  const network = faultyFanOutNetwork(clock, random, { loss: random.pick([0, 0.05, 0.3]), repetition: 0.1, delayMs: 30 })
  const store = simulatedStore(clock, random, { failure: random.pick([0, 0.05]), delayMs: 15 }, sabotage)
  const log = simulatedLog(clock, random, { refusal: 0.03, unknown: 0.05, zombie: 0.1 })
  let ids = 0
  const newId = (): string => {
    ids += 1
    return `00000000-0000-7000-8000-${ids.toString(16).padStart(12, '0')}`
  }

  const startGateway = (): SimulatedGateway => {
    const fanOut = network.open()
    const switchboard = createSwitchboard({
      commandLog: log,
      eventStore: store.eventStore,
      readModel: store.readModel,
      fanOut,
      clock,
      metrics,
      times,
      bounds,
      limits: defaultLimits,
      gateway: newId(),
      newId,
      random: random.next,
    })
    void switchboard.start()
    return { switchboard, fanOut }
  }

  const world: SimulatedWorld = {
    clock,
    random,
    store,
    gateways: [startGateway(), startGateway()],
    newId,
    replaceGateway: (index) => {
      const old = world.gateways[index]
      old?.fanOut.fail()
      old?.switchboard.stop()
      world.gateways[index] = startGateway()
    },
    calm: () => {
      network.calm()
      store.calm()
      log.calm()
      for (const { fanOut } of world.gateways) if (fanOut.state === 'down') fanOut.restore()
    },
  }
  await startWriter({ clock, store, log, network }).start()
  return world
}
