import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { Sabotage } from '../simulation/simulated-store.ts'
import { simulatedWorld } from '../simulation/simulated-world.ts'
import { appProblems } from './app-checker.ts'
import type { Commons, SimulatedApp } from './simulated-app.ts'
import { simulatedApp } from './simulated-app.ts'
import type { Garble } from './simulated-web-socket.ts'

/** A defect in the service, for a test that wants to see the checker fail. */
export interface AppSabotage {
  readonly store?: Sabotage
  readonly garble?: Garble
}

export interface AppSimulation {
  /** Empty: every promise of the client held. */
  readonly problems: readonly string[]
  readonly apps: readonly SimulatedApp[]
  readonly events: readonly StoredEvent[]
}

const stormMs = 4_000
const calmMs = 8_000
/** A room's messages go out one by one, so a long queue takes its time. */
const patienceMs = 40_000

/**
 * Applications on the real client, the real gateway and the real writer,
 * while connections are cut, swallowed, frozen and moved, gateways die,
 * publications are lost and statements fail; then all is calm. One seed is
 * one history.
 */
export const simulateApps = async (seed: number, sabotage: AppSabotage = {}): Promise<AppSimulation> => {
  const world = await simulatedWorld(seed, { sabotage: sabotage.store })
  const { clock, random } = world
  const commons: Commons = { world, rooms: [], userIds: new Map(), garble: sabotage.garble ?? ((frame) => frame), isCalm: false }
  const names = ['ann', 'bob', 'cyd'].slice(0, 2 + random.below(2))
  const apps = names.flatMap((name) => Array.from({ length: 1 + random.below(2) }, () => simulatedApp(commons, name)))
  let isOver = false
  for (const app of apps) void app.live(() => isOver)

  const disturb = async (): Promise<void> => {
    while (!isOver) {
      await clock.sleep(random.next() * 400)
      if (isOver) return
      if (random.chance(0.8)) random.pick(apps).disturb()
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
  for (let waitedMs = 0; waitedMs < patienceMs && !isSettled(); waitedMs += 1_000) await clock.run(1_000)
  await clock.run(calmMs)
  const events = world.store.committed().map(({ event }) => event)
  const problems = appProblems(apps, events)
  for (const { client } of apps) client.close()
  return { problems, apps, events }
}
