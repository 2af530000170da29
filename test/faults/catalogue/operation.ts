import { writerGroup } from '../../../infra/kafka/driver/topics.ts'
import { errors } from '../../../shared/protocol/errors.ts'
import type { Fault } from '../harness/fault.ts'
import type { World } from '../harness/world.ts'
import { kafkaOf, untilGroupHas } from '../harness/writer-group.ts'
import { deadLetters } from './postgres.ts'

/** A request whose socket closed, or that got no answer in time: its outcome is unknown, as after `timeout`. */
const mayBeSentAgain = new Set([
  'closed',
  'silence',
  ...Object.entries(errors).flatMap(([code, { retryable }]) => (retryable ? [code] : [])),
])

const countEvents = async (world: World): Promise<number> => {
  const [row] = await world.sql<{ count: string }>('select count(*) from event')
  return Number(row?.count)
}

const rewind = async (world: World): Promise<void> => {
  const admin = kafkaOf(world).admin()
  await admin.connect()
  try {
    const { namespace } = world.chat
    await admin.resetOffsets({ groupId: writerGroup(namespace), topic: `${namespace}.chat.commands`, earliest: true })
  } finally {
    await admin.disconnect()
  }
}

export const operationFaults: readonly Fault[] = [
  {
    id: 'F24',
    title: 'rolling restart of every tier under load',
    expectation: 'only retryable errors',
    act: async (world) => {
      const { chat, stack } = world
      await world.broken(async () => {
        for (const replica of [...chat.writers, ...chat.gateways]) {
          await replica.restart()
          await untilGroupHas(world, 2)
        }
        for (const service of [stack.redis, stack.postgres, stack.kafka]) {
          await service.restart()
          await world.pause(2_000)
        }
        await untilGroupHas(world, 2)
      })
      const { refused } = world.load.context.counts
      const final = Object.keys(refused).filter((code) => !mayBeSentAgain.has(code))
      if (final.length > 0) world.problem(`refused with final errors: ${final.join(', ')}`)
      world.note(`refused meanwhile: ${JSON.stringify(refused)}`)
    },
  },
  {
    id: 'F25',
    title: 'unreadable records, and records of an unknown schema version',
    expectation: 'dead-lettered; other records keep their order',
    act: async (world) => {
      const { ids } = world.load.context
      const rooms = [...world.load.population.members.keys()]
      const values = ['', 'not JSON', '{}', '{"v":2,"type":"PostMessage"}', '{"v":1,"type":"Shout"}', '[]', 'null']
      const producer = kafkaOf(world).producer({ allowAutoTopicCreation: false })
      await producer.connect()
      await world.broken(async () => {
        for (const room of rooms) {
          const messages = values.map((value) => ({ key: ids.room(room), value }))
          await producer.send({ topic: `${world.chat.namespace}.chat.commands`, messages })
        }
      })
      await producer.disconnect()
      await world.pause(3_000)
      const [deadLettered, sent] = [await deadLetters(world), rooms.length * values.length]
      world.note(`${deadLettered} of ${sent} dead-lettered`)
      if (deadLettered !== sent) world.problem(`${deadLettered} of ${sent} are in the dead-letter topic`)
    },
  },
  {
    id: 'F26',
    title: 'the whole topic consumed again from offset 0',
    expectation: 'nothing changes',
    isQuiet: true,
    act: async (world) => {
      const { load, chat } = world
      const rooms = [...load.population.members.keys()]
      for (let burst = 0; burst < 50; burst += 1)
        await Promise.all(rooms.map((room) => load.post(load.population.members.get(room)?.[0] ?? 0, room)))
      for (const writer of chat.writers) await writer.stop()
      const before = await countEvents(world)
      await world.broken(async () => {
        await rewind(world)
        await Promise.all(chat.writers.map((writer) => writer.start()))
        await untilGroupHas(world, 2)
        // This message is decided after all repeated records.
        await Promise.all(rooms.map((room) => load.post(load.population.members.get(room)?.[0] ?? 0, room)))
      })
      const after = await countEvents(world)
      if (after !== before + rooms.length) world.problem(`${before} events became ${after - rooms.length}`)
      world.note(`${before} events, replayed`)
    },
  },
]
