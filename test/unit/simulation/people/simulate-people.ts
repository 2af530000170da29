import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import { supportedLevel } from '../../../../shared/protocol/feature-level.ts'
import { injectFaults } from '../rooms/inject-faults.ts'
import { simulatedNames, simulatedTimes } from '../world/simulated-settings.ts'
import type { SimulatedWorld } from '../world/simulated-world.ts'
import { simulatedWorld } from '../world/simulated-world.ts'
import type { Blocking, Opening, PeopleHistory, Renaming } from './people-problems.ts'
import { peopleProblems } from './people-problems.ts'
import type { SimulatedDevice } from './simulated-device.ts'
import { simulatedDevice } from './simulated-device.ts'

export interface PeopleResult {
  /** Empty if every promise held. */
  readonly problems: readonly string[]
  readonly history: PeopleHistory
  readonly events: readonly StoredEvent[]
}

export interface PeopleOptions {
  /** Every device opens the direct chat of the first two users so often; otherwise devices act at random. */
  readonly openings?: number
  readonly devices?: number
}

interface MutableHistory {
  readonly openings: Opening[]
  readonly blockings: Blocking[]
  readonly renamings: Renaming[]
}

const stormMs = 3_000
const calmMs = 60_000

const open = async (device: SimulatedDevice, by: string, other: string, { openings }: MutableHistory): Promise<void> => {
  const settled = await device.ask({ event: 'create-chat', body: { users: [other], direct: true } })
  openings.push({ ...settled, by, with: other })
}

const block = async (
  device: SimulatedDevice,
  id: string,
  by: string,
  user: string,
  on: boolean,
  { blockings }: MutableHistory,
) => {
  const settled = await device.ask({ event: 'set-block', body: { user, on, id } })
  blockings.push({ ...settled, by, user, on })
}

const rename = async (device: SimulatedDevice, id: string, by: string, { renamings }: MutableHistory): Promise<void> => {
  const settled = await device.ask({ event: 'update-user', body: { user: { name: id }, id } })
  renamings.push({ ...settled, by, commandId: id })
}

/** The first device of a user blocks, unblocks and renames; every device opens direct chats. */
const live = async (
  { clock, random, newId }: SimulatedWorld,
  device: SimulatedDevice,
  isFirst: boolean,
  others: readonly string[],
  history: MutableHistory,
  isOver: () => boolean,
): Promise<void> => {
  const by = device.userId ?? ''
  const blocked = new Set<string>()
  while (!isOver()) {
    await clock.sleep(random.next() * 200)
    const other = random.pick(others)
    const dice = isFirst ? random.next() : 0
    if (dice < 0.5) await open(device, by, other, history)
    else if (dice < 0.7) await rename(device, newId(), by, history)
    else {
      const on = !blocked.has(other)
      await block(device, newId(), by, other, on, history)
      if (on) blocked.add(other)
      else blocked.delete(other)
    }
  }
  for (const other of blocked) await block(device, newId(), by, other, false, history)
}

/**
 * Users open direct chats with each other at the same time, block each other, and change their names, on several
 * gateways and writers that fail. In the end no block is left, and every pair opens its chat once more: that must
 * succeed. A seed replays a run.
 */
export const simulatePeople = async (
  seed: number,
  { openings, devices: perUser = 2 }: PeopleOptions = {},
): Promise<PeopleResult> => {
  const world = await simulatedWorld(seed)
  const { clock, random, store } = world
  store.memory.raiseLevel(supportedLevel)
  const history: MutableHistory = { openings: [], blockings: [], renamings: [] }
  const names = simulatedNames.slice(0, openings === undefined ? 3 : 2)
  let isOver = false
  let ended = 0
  await clock.run(2 * simulatedTimes.convergeMs)
  const devices = names.flatMap((name) => Array.from({ length: perUser }, () => simulatedDevice(world, name)))
  const bound = Promise.all(devices.map((device) => device.ask({ event: 'ping', body: {} })))
  void injectFaults(world, () => isOver)
  await clock.run(stormMs)
  const act = async (): Promise<void> => {
    await bound
    const ids = [...new Set(devices.map(({ userId = '' }) => userId))]
    await Promise.all(
      devices.map(async (device, index) => {
        const by = device.userId ?? ''
        const others = ids.filter((id) => id !== by)
        if (openings === undefined) await live(world, device, index % perUser === 0, others, history, () => isOver)
        else {
          await clock.sleep(random.next() * 100)
          await Promise.all(Array.from({ length: openings }, () => open(device, by, others[0] ?? '', history)))
        }
      }),
    )
    for (const device of devices) {
      for (const other of ids.filter((id) => id !== device.userId)) await open(device, device.userId ?? '', other, history)
      ended += 1
    }
  }
  void act()
  await clock.run(stormMs)
  isOver = true
  world.calm()
  await clock.run(calmMs)
  const committed = store.committed()
  const late = ended < devices.length ? [`${devices.length - ended} devices have no outcome`] : []
  return { problems: [...late, ...peopleProblems(history, committed)], history, events: committed.map(({ event }) => event) }
}
