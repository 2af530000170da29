import { supportedLevel } from '../../../../shared/protocol/feature-level.ts'
import type { StoreMutant } from '../../simulation/world/simulated-store.ts'
import { simulatedTruth } from '../../simulation/world/simulated-truth.ts'
import { simulatedWorld } from '../../simulation/world/simulated-world.ts'
import { appProblems } from './app-checker.ts'
import type { Commons, SimulatedApp } from './simulated-app.ts'
import { simulatedApp } from './simulated-app.ts'
import type { Garble } from './simulated-web-socket.ts'

/** A service without one of its promises, for a test that shows that the checker notices. */
export interface ServiceMutant {
  readonly store?: StoreMutant
  readonly garble?: Garble
}

export interface AppSimulation {
  /** Empty if every promise of the client held. */
  readonly problems: readonly string[]
  readonly apps: readonly SimulatedApp[]
}

const stormMs = 4_000
const calmMs = 8_000
/** A client repeats refused messages with a back-off, so that a long queue takes long. */
const callsWithinMs = 40_000

/**
 * Runs applications on the real client, gateway and writer while connections
 * are cut, stall, freeze and move, gateways are killed, requests exceed limits,
 * the command log refuses batches, publications are lost and statements fail;
 * then without faults. A seed replays a run.
 */
export const simulateApps = async (seed: number, mutant: ServiceMutant = {}): Promise<AppSimulation> => {
  const world = await simulatedWorld(seed, { storeMutant: mutant.store })
  const { clock, random } = world
  world.store.memory.raiseLevel(supportedLevel)
  const startMs = clock.monotonicMs()
  const commons: Commons = { world, rooms: [], userIds: new Map(), garble: mutant.garble ?? ((frame) => frame), isCalm: false }
  const names = ['ann', 'bob', 'cyd'].slice(0, 2 + random.below(2))
  const apps = names.flatMap((name) => Array.from({ length: 1 + random.below(2) }, () => simulatedApp(commons, name)))
  let isOver = false
  for (const app of apps) void app.live(() => isOver)

  const disturb = async (): Promise<void> => {
    while (!isOver) {
      await clock.sleep(random.next() * 400)
      if (isOver) return
      if (random.chance(0.75)) random.pick(apps).disturb()
      else if (random.chance(0.3)) world.log.fail(random.next() * 500)
      else world.replaceGateway(random.below(world.gateways.length), random.pick(['drained', 'stopped', 'killed']))
    }
  }
  void disturb()

  await clock.run(stormMs)
  isOver = true
  commons.isCalm = true
  world.calm()
  for (const app of apps) app.calm()
  const isSettled = (): boolean => apps.every(({ sendings }) => sendings.every(({ outcome }) => outcome !== 'pending'))
  for (let waitedMs = 0; waitedMs < callsWithinMs && !isSettled(); waitedMs += 1_000) await clock.run(1_000)
  await clock.run(calmMs)
  const userOf = new Map([...commons.userIds.values()].map((id, index) => [id, index + 1]))
  const problems = appProblems(apps, simulatedTruth(world.store.committed(), startMs, userOf), userOf)
  for (const { client } of apps) client.close()
  return { problems, apps }
}
