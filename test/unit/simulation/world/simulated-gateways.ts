import type { GatewayCore } from '../../../../services/gateway/gateway-core.ts'
import { createGatewayCore } from '../../../../services/gateway/gateway-core.ts'
import { drainSessions } from '../../../../services/gateway/server/drain.ts'
import type { Clock } from '../../../../shared/ports/clock.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import { defaultRates } from '../../../../shared/runtime/config/rates.ts'
import { createMetrics } from '../../../../shared/runtime/observability/metrics.ts'
import type { Random } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { FanOutNetwork, FaultyFanOut } from './faulty-fan-out.ts'
import type { Life } from './life.ts'
import { createLife } from './life.ts'
import type { SimulatedLog } from './simulated-log.ts'
import { simulatedBounds, simulatedTimes } from './simulated-settings.ts'
import type { SimulatedSocket } from './simulated-socket.ts'
import type { SimulatedStore } from './simulated-store.ts'

export interface SimulatedGateway {
  readonly gatewayCore: GatewayCore
  readonly fanOut: FaultyFanOut
  /** The sockets that were opened on it. */
  readonly sockets: Set<SimulatedSocket>
  /** Ends it: its sessions move to another gateway, are closed at once, or are killed with it. */
  end(how: 'drained' | 'stopped' | 'killed'): void
}

export interface GatewayWorld {
  readonly clock: VirtualClock
  readonly random: Random
  readonly network: FanOutNetwork
  readonly store: SimulatedStore
  readonly log: SimulatedLog
  readonly pageEvents: number
  readonly newId: () => string
}

/** One registry for all runs: no test reads it. */
const metrics = createMetrics()

const nothing = (): void => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** Immediate timers are sometimes late, as on a busy machine, so that a flush is late. */
const sometimesLate = (clock: Clock, random: Random): Clock => ({
  ...clock,
  after: (delayMs, callback) => clock.after(delayMs <= 0 ? random.pick([0, 0, 0, 14, 20]) : delayMs, callback),
})

const createCore = (world: GatewayWorld, life: Life, fanOut: FaultyFanOut): GatewayCore => {
  const { clock, random, store, log, newId } = world
  return createGatewayCore({
    metrics,
    log: silent,
    times: simulatedTimes,
    bounds: { ...simulatedBounds, pageEvents: world.pageEvents },
    limits: defaultLimits,
    rates: defaultRates,
    commandLog: life.bound(log),
    eventStore: life.bound(store.eventStore),
    readModel: life.bound(store.readModel),
    memberStates: life.bound(store.memberStates),
    fanOut,
    clock: sometimesLate(life.clock(clock, random.pick([0, 0, -600_000, 600_000])), random),
    gateway: newId(),
    newId,
    random: random.next,
  })
}

export const startSimulatedGateway = (world: GatewayWorld): SimulatedGateway => {
  const life = createLife()
  const fanOut = world.network.open()
  const gatewayCore = createCore(world, life, fanOut)
  const sockets = new Set<SimulatedSocket>()
  const stop = (): void => {
    gatewayCore.stop()
    fanOut.fail()
  }
  const kill = (): void => {
    life.end()
    fanOut.fail()
    for (const socket of sockets) socket.abort()
  }
  void gatewayCore.start()
  return {
    gatewayCore,
    fanOut,
    sockets,
    end: (how) => {
      if (how === 'killed') kill()
      else if (how === 'stopped') stop()
      else void drainSessions([...gatewayCore.sessions()], world.clock, simulatedTimes).then(stop)
    },
  }
}
