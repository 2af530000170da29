import type { Fault } from '../harness/fault.ts'
import type { World } from '../harness/world.ts'
import { closedSockets } from '../harness/world.ts'

const allLinks = (world: World) => [...world.links('gateway', 'kafka'), ...world.links('writer', 'kafka')]

export const kafkaFaults: readonly Fault[] = [
  {
    id: 'F8',
    title: 'Kafka restarts',
    expectation: 'nothing is reordered',
    act: (world) => world.broken(() => world.stack.kafka.restart()),
  },
  {
    id: 'F9',
    title: 'Kafka unreachable for 60 s',
    expectation: 'retryable errors, no false confirmation, sockets stay open',
    act: async (world) => {
      const before = closedSockets(world)
      await world.broken(async () => {
        for (const link of allLinks(world)) link.cut('black-hole')
        await world.pause(60_000)
        for (const link of allLinks(world)) link.heal()
      })
      if (closedSockets(world) > before) world.problem(`${closedSockets(world) - before} sockets were closed`)
      world.note(`refused meanwhile: ${JSON.stringify(world.load.context.counts.refused)}`)
    },
  },
  {
    id: 'F10',
    title: 'Kafka slow (500 ms each way) and its links breaking every 3 s',
    expectation: 'nothing is reordered; p99 recorded',
    act: async (world) => {
      await world.broken(async () => {
        for (const link of allLinks(world)) link.delay(500)
        for (let cut = 0; cut < 5; cut += 1) {
          await world.pause(3_000)
          const link = world.random.pick(allLinks(world))
          link.cut('reset')
          link.heal()
          link.delay(500)
        }
        for (const link of allLinks(world)) link.heal()
      })
      world.note(`p99 over all ${Math.round(world.load.context.latencies.stored.summary().p99)} ms`)
    },
  },
]
