import type { BackingName } from '../../support/stack/stack.ts'
import type { Fault } from '../harness/fault.ts'
import type { World } from '../harness/world.ts'

const partitions: readonly (readonly ['gateway' | 'writer', BackingName])[] = [
  ['gateway', 'kafka'],
  ['gateway', 'redis'],
  ['writer', 'postgres'],
]

/** Cuts one process of the tier off: first only answers are lost, then requests and answers. */
const partition = async (world: World, tier: 'gateway' | 'writer', service: BackingName): Promise<void> => {
  const link = world.stack.link(`${tier}-1`, service)
  link.cut('black-hole', 'answers')
  await world.pause(9_000)
  link.heal()
  await world.pause(2_000)
  link.cut('black-hole', 'both')
  await world.pause(9_000)
  link.heal()
}

export const linkFaults: readonly Fault[] = [
  {
    id: 'F19',
    title: 'one-sided partitions: gateway–Kafka, gateway–Redis, writer–Postgres',
    expectation: 'the other replicas continue',
    act: (world) =>
      world.broken(async () => {
        for (const [tier, service] of partitions) await partition(world, tier, service)
      }),
  },
]
