import { signalLevel } from '../../../../shared/protocol/signal-level.ts'
import { createHistory } from '../../../support/load/history.ts'
import type { Commons } from '../rooms/simulated-client.ts'
import { simulatedCommands } from '../rooms/simulated-commands.ts'
import { simulatedNames, simulatedTimes } from '../world/simulated-settings.ts'
import type { SimulatedWorld } from '../world/simulated-world.ts'
import { simulatedWorld } from '../world/simulated-world.ts'
import { checkReaders } from './check-readers.ts'
import { checkPresence, checkSignals, isSignalPush } from './check-signals.ts'
import { checkTraces } from './check-traces.ts'
import type { SignalRecord } from './signal-person.ts'
import { signalPerson } from './signal-person.ts'

export interface SignalRun {
  /** Empty if every promise held. */
  readonly problems: readonly string[]
  /** Pushes of signals, and users whose presence was known at the end. */
  readonly signals: number
  readonly presences: number
}

const stormMs = 6_000
/** Users leave after `topicReleaseMs`, and are asked about at least every `presenceAskMs`. */
const calmMs = simulatedTimes.commandDeadlineMs + 3 * simulatedTimes.presenceAskMs + 4_000

/** The fan-out of a gateway stops for a time, longer than a signal may be late, or reports that it is down; gateways end. */
const injectFaults = async (world: SimulatedWorld, isOver: () => boolean): Promise<void> => {
  const { clock, random, gateways, store } = world
  for (;;) {
    await clock.sleep(200 + random.next() * 1_000)
    if (isOver()) return
    const index = random.below(gateways.length)
    const fanOut = gateways[index]?.fanOut
    const dice = random.next()
    if (dice < 0.2) world.replaceGateway(index, random.pick(['drained', 'stopped', 'killed']))
    else if (dice < 0.3) store.fail(random.next() * 1_000)
    else {
      if (dice < 0.8) fanOut?.hang()
      else fanOut?.fail()
      await clock.sleep(random.next() * 4_000)
      fanOut?.restore()
    }
  }
}

/**
 * A few users on a few devices signal, watch, join, leave, stop reading and
 * reconnect, while fan-outs stop and gateways end. Signals reach only members
 * who watch, soon or never, and use little of a send queue; at rest, every
 * socket knows who is online. A seed replays a run.
 */
export const simulateSignals = async (seed: number): Promise<SignalRun> => {
  const world = await simulatedWorld(seed)
  const { clock, random } = world
  const startMs = clock.monotonicMs()
  world.store.memory.raiseLevel(signalLevel)
  const commons: Commons = {
    world,
    startMs,
    userIds: new Map(),
    rooms: [],
    connections: [],
    history: createHistory(startMs),
    isLiving: false,
    isMarking: false,
    isSignalling: true,
  }
  const record: SignalRecord = { sentAtMs: new Map(), ofReaders: new Map(), frozen: new Set() }
  const commands = simulatedCommands(commons)
  let isOver = false
  // Gateways read the level with each sweep.
  await clock.run(simulatedTimes.convergeMs)
  const devices = simulatedNames.slice(0, 3).flatMap((user) => Array.from({ length: 1 + random.below(2) }, () => user))
  for (const user of devices) void signalPerson(commons, commands, record, user).live(() => isOver)
  void injectFaults(world, () => isOver)
  await clock.run(stormMs)
  isOver = true
  world.calm()
  await clock.run(calmMs)

  const problems: string[] = []
  const say = (problem: string): void => void problems.push(problem)
  for (const connection of commons.connections) checkSignals(connection, record, say)
  checkReaders(commons.connections, record, world.store.committed(), say)
  const presences = await checkPresence(commons.connections, world.store.memory.readModel.usersById, say)
  checkTraces(world, say)
  const pushes = commons.connections.flatMap(({ socket }) => socket.frames.filter(isSignalPush))
  return { problems, signals: pushes.length, presences }
}
