import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import { supportedLevel } from '../../../../shared/protocol/feature-level.ts'
import type { History } from '../../../support/load/history.ts'
import { createHistory } from '../../../support/load/history.ts'
import { simulatedNames } from '../world/simulated-settings.ts'
import type { StoreMutant } from '../world/simulated-store.ts'
import type { SimulatedWorld } from '../world/simulated-world.ts'
import { simulatedWorld } from '../world/simulated-world.ts'
import { levelProblems } from './check-level.ts'
import { checkMarkers } from './check-markers.ts'
import { simulatedForger } from './forger.ts'
import { injectFaults } from './inject-faults.ts'
import { simulatedBackEnd } from './simulated-back-end.ts'
import type { Commons, Connection } from './simulated-client.ts'
import { simulatedCommands } from './simulated-commands.ts'
import { simulatedOperator } from './simulated-operator.ts'
import { simulatedPerson } from './simulated-person.ts'
import { simulationProblems } from './simulation-problems.ts'

export interface SimulationResult {
  /** Empty if every promise held. */
  readonly problems: readonly string[]
  readonly connections: readonly Connection[]
  readonly history: History
  readonly events: readonly StoredEvent[]
}

export interface Simulation {
  readonly storeMutant?: StoreMutant | undefined
  /** Adds an attacker who publishes forged events and notices. */
  readonly isForged?: boolean
  /** Messages change, and the feature level is raised at a random time. */
  readonly isLiving?: boolean
  /** Members mark rooms as read; messages change, too. */
  readonly isMarking?: boolean
  /** The operator erases messages; messages change, and the feature level is raised as with `isLiving`. */
  readonly isErasing?: boolean
  /** Devices watch and signal, too; the feature level is raised as with `isLiving`. */
  readonly isSignalling?: boolean
}

const stormMs = 3_000
/** Long enough for deadlines and pauses of a writer, and then for one convergence time. */
const calmMs = 7_500

/** Injects faults that lose no publication, so that only forged ones can mislead a gateway. */
const injectFaultsBesideForger = async (
  { clock, random, store, log, gateways, ...world }: SimulatedWorld,
  isOver: () => boolean,
) => {
  for (;;) {
    await clock.sleep(100 + random.next() * 1_000)
    if (isOver()) return
    const dice = random.next()
    if (dice < 0.4) world.replaceGateway(random.below(gateways.length), random.pick(['drained', 'stopped', 'killed']))
    else if (dice < 0.7) store.fail(random.next() * 1_500)
    else log.fail(random.next() * 1_000)
  }
}

/** Every process is new. Gateways read the level one after another, and those that start later at once. */
const raiseLevel = async ({ clock, random, store }: SimulatedWorld, note: (atMs: number) => void): Promise<void> => {
  if (random.chance(0.3)) await clock.sleep(random.next() * stormMs)
  store.memory.raiseLevel(supportedLevel)
  note(clock.monotonicMs())
}

/**
 * A few users on a few devices send every kind of request, while publications
 * are lost, repeated and reordered, statements fail, batches are delivered
 * twice, sockets stop reading, gateways and writers are killed and parts are
 * unavailable for a while. Then faults end, and every socket must have all stored
 * events. A seed replays a run.
 */
export const simulate = async (
  seed: number,
  {
    storeMutant,
    isForged = false,
    isMarking = false,
    isSignalling = false,
    isErasing = false,
    isLiving = isMarking || isSignalling || isErasing,
  }: Simulation = {},
): Promise<SimulationResult> => {
  const world = await simulatedWorld(seed, { storeMutant, isFanOutSafe: isForged })
  const { clock, random } = world
  const startMs = clock.monotonicMs()
  const history = createHistory(startMs)
  const commons: Commons = {
    world,
    startMs,
    userIds: new Map(),
    rooms: [],
    connections: [],
    history,
    isLiving,
    isMarking,
    isSignalling,
  }
  let raisedMs = Number.POSITIVE_INFINITY
  if (isLiving)
    void raiseLevel(world, (atMs) => {
      raisedMs = atMs
    })
  const commands = simulatedCommands(commons)
  commons.history.append({ kind: 'fault', at: startMs, code: 'broken', seq: 1 })
  let isOver = false
  const users = simulatedNames.slice(0, 2 + random.below(3))
  const devices = users.flatMap((user) => Array.from({ length: 1 + random.below(2) }, () => user))
  const areRestless = random.chance(0.3)
  for (const user of devices) void simulatedPerson(commons, commands, user, areRestless).live(() => isOver)
  if (random.chance(0.3)) void simulatedBackEnd(commons, commands).live(() => isOver)
  if (isErasing) void simulatedOperator(commons, () => raisedMs < clock.monotonicMs()).live(() => isOver)
  if (isForged) void simulatedForger(commons, seed).live(() => isOver)
  void (isForged ? injectFaultsBesideForger : injectFaults)(world, () => isOver)

  await clock.run(stormMs)
  isOver = true
  world.calm()
  commons.history.append({ kind: 'fault', at: clock.monotonicMs(), code: 'none', seq: 1 })
  await clock.run(calmMs)
  for (const { recorded, socket } of commons.connections) recorded.end(clock.monotonicMs(), socket.isClosed)
  const committed = world.store.committed()
  return {
    problems: [
      ...simulationProblems(commons, committed, isForged),
      ...levelProblems(committed, raisedMs),
      ...checkMarkers(commons.connections, committed, world.store.memory.markers()),
    ],
    connections: commons.connections,
    history: commons.history,
    events: committed.map(({ event }) => event),
  }
}
