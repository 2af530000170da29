import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { Commons, Connection } from './simulated-device.ts'
import { simulatedDevice } from './simulated-device.ts'
import type { Sabotage } from './simulated-store.ts'
import { simulatedWorld } from './simulated-world.ts'
import { simulationProblems } from './simulation-checker.ts'

export interface SimulationResult {
  /** Empty: every promise held. */
  readonly problems: readonly string[]
  readonly connections: readonly Connection[]
  readonly events: readonly StoredEvent[]
}

const stormMs = 3_000
const calmMs = 12_000

/**
 * A few people with a few devices do everything at once, while publications
 * are lost, doubled and overtaken, statements fail, batches come twice,
 * sockets stop reading and gateways die; then all is calm, and everybody must
 * have what the store has. One seed is one history.
 */
export const simulate = async (seed: number, sabotage?: Sabotage): Promise<SimulationResult> => {
  const world = await simulatedWorld(seed, sabotage)
  const { clock, random } = world
  const commons: Commons = { world, userIds: new Map(), rooms: [], connections: [] }
  let isOver = false
  const users = ['ann', 'bob', 'cyd', 'dan'].slice(0, 2 + random.below(3))
  const devices = users.flatMap((user) => Array.from({ length: 1 + random.below(2) }, () => simulatedDevice(commons, user)))
  for (const device of devices) void device.live(() => isOver)

  const disturb = async (): Promise<void> => {
    while (!isOver) {
      await clock.sleep(200 + random.next() * 1_500)
      if (isOver) return
      const index = random.below(world.gateways.length)
      const fanOut = world.gateways[index]?.fanOut
      const dice = random.next()
      if (dice < 0.3) world.replaceGateway(index)
      else if (dice < 0.7 && fanOut?.state === 'up') fanOut.fail()
      else if (fanOut?.state === 'down') fanOut.restore()
    }
  }
  void disturb()

  await clock.run(stormMs)
  isOver = true
  world.calm()
  await clock.run(calmMs)
  return {
    problems: simulationProblems(commons.connections, world.store.events()),
    connections: commons.connections,
    events: world.store.events(),
  }
}
