import type { LogRecord } from '../../../../shared/ports/command-log.ts'
import type { Append } from '../../../../shared/ports/event-store.ts'
import type { StreamRecord } from '../../../../shared/ports/event-stream.ts'
import type { Publication } from '../../../../shared/ports/fan-out.ts'
import type { Random } from '../../../support/simulation/random.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { virtualClock } from '../virtual-clock.ts'
import type { FanOutNetwork, FaultyFanOut } from './faulty-fan-out.ts'
import { faultyFanOutNetwork } from './faulty-fan-out.ts'
import type { SimulatedGateway } from './simulated-gateways.ts'
import { startSimulatedGateway } from './simulated-gateways.ts'
import type { SimulatedLog } from './simulated-log.ts'
import { simulatedLog } from './simulated-log.ts'
import type { SimulatedStore, StoreMutant } from './simulated-store.ts'
import { simulatedStore } from './simulated-store.ts'
import type { SimulatedWriters } from './simulated-writers.ts'
import { simulatedWriters } from './simulated-writers.ts'

/** Real gateways and real writers on ports in memory, under one seed. */
export interface SimulatedWorld {
  readonly clock: VirtualClock
  readonly random: Random
  readonly store: SimulatedStore
  readonly log: SimulatedLog
  readonly gateways: SimulatedGateway[]
  readonly writers: SimulatedWriters
  readonly writerFanOut: FaultyFanOut
  /** The fan-out as another process sees it. */
  openFanOut(): FaultyFanOut
  newId(): string
  /** Ends a gateway, and starts another one in its place. */
  replaceGateway(index: number, how: 'drained' | 'stopped' | 'killed'): void
  /** No more faults from now on; delays stay. */
  calm(): void
}

/** Called at the moments that a checker of writers judges. */
export interface WriterObserver {
  /** Called before the events of an append are visible. */
  onCommit(batch: Append): void
  onStreamed(records: readonly StreamRecord[]): void
  /** The offsets of these records are committed; the commit began at `sinceMs`. */
  onAcknowledged(records: readonly LogRecord[], sinceMs: number): void
  /** A writer publishes to the gateways. */
  onPublished(publications: readonly Publication[]): void
  /** A fail-over of the database lost these commits. */
  onLost(batches: readonly Append[]): void
}

export interface WorldOptions {
  readonly gateways?: number
  readonly storeMutant?: StoreMutant | undefined
  /** Publications are neither lost nor reordered. */
  readonly isFanOutSafe?: boolean
  /**
   * Probability of each fault that makes a writer start again at its acknowledged offsets. It is low by default,
   * because a batch that is handled again publishes its events again, which hides gaps from gateways.
   */
  readonly writerFaults?: number
  readonly observer?: WriterObserver
}

const nothing = (): void => undefined
const noObserver: WriterObserver = {
  onCommit: nothing,
  onStreamed: nothing,
  onPublished: nothing,
  onAcknowledged: nothing,
  onLost: nothing,
}

const openNetwork = (clock: VirtualClock, random: Random, isFanOutSafe: boolean): FanOutNetwork => {
  const loss = random.pick([0, 0.05, 0.3])
  return faultyFanOutNetwork(clock, random, {
    loss: isFanOutSafe ? 0 : loss,
    repetition: 0.1,
    delayMs: 30,
    isOrdered: isFanOutSafe,
  })
}

/** Returns with one writer started. Users of an application connect to the gateways by themselves. */
export const simulatedWorld = async (seed: number, options: WorldOptions = {}): Promise<SimulatedWorld> => {
  const { gateways = 2, storeMutant, isFanOutSafe = false, writerFaults = 0.001, observer = noObserver } = options
  const random = seededRandom(seed)
  const clock = virtualClock(random)
  const network = openNetwork(clock, random, isFanOutSafe)
  const commits: Append[] = []
  const onCommit = (batch: Append): void => {
    observer.onCommit(batch)
    commits.push(batch)
  }
  const faults = { failure: random.pick([0, 0.05]), late: writerFaults, broken: writerFaults, delayMs: 15, answerMs: 400 }
  const store = simulatedStore(clock, random, { faults, mutant: storeMutant, onCommit })
  const log = simulatedLog(clock, random, { refusal: 0.03, unknown: 0.05, rebalance: writerFaults }, observer.onAcknowledged)
  const writerFanOut = network.open()
  const writers = simulatedWriters({ clock, random, log, store, fanOut: writerFanOut, commits, ...observer })
  let ids = 0
  const newId = (): string => {
    ids += 1
    return `00000000-0000-7000-8000-${ids.toString(16).padStart(12, '0')}`
  }
  const gatewayWorld = { clock, random, network, store, log, pageEvents: random.pick([5, 5, 20]), newId }
  const running = Array.from({ length: gateways }, () => startSimulatedGateway(gatewayWorld))
  await writers.start()
  return {
    clock,
    random,
    store,
    log,
    gateways: running,
    writers,
    writerFanOut,
    openFanOut: network.open,
    newId,
    replaceGateway: (index, how) => {
      running[index]?.end(how)
      running[index] = startSimulatedGateway(gatewayWorld)
    },
    calm: () => {
      for (const part of [network, store, log, writers]) part.calm()
      for (const fanOut of [writerFanOut, ...running.map((gateway) => gateway.fanOut)]) fanOut.restore()
    },
  }
}
