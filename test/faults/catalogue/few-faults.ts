import type { Mix } from '../../load/mix/mix.ts'
import type { Fault } from '../harness/fault.ts'
import { untilGroupHas } from '../harness/writer-group.ts'

/** Many changes for few messages, so that most messages of a short run are changed. */
export const livingMix: Mix = { messages: 60, reactions: 20, edits: 10, deletes: 6, pins: 4 }

/** One fault of each part of the system, for the short form of the table. */
export const fewFaults: Fault = {
  id: 'short',
  title: 'gateway killed, Postgres killed, subscribers killed, a link cut, a writer killed, Kafka restarted',
  expectation: 'all invariants',
  mix: livingMix,
  act: async (world) => {
    const { stack } = world
    await world.broken(async () => {
      await world.gateway(0).kill()
      await world.gateway(0).start()
    })
    await world.broken(async () => {
      await stack.postgres.kill()
      await stack.postgres.start()
    })
    await world.broken(async () => void (await world.redis((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))))
    await world.broken(async () => {
      const link = stack.link('writer-1', 'redis')
      link.cut('reset')
      await world.pause(1_000)
      link.heal()
    })
    await world.broken(async () => {
      await world.writer(0).kill()
      await world.writer(0).start()
      await stack.kafka.restart()
      await untilGroupHas(world, 2)
    })
  },
}
