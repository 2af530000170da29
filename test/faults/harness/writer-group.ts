import { Kafka, logLevel } from 'kafkajs'
import { writerGroup } from '../../../infra/kafka/driver/topics.ts'
import { stopIdleTimers } from '../../../infra/kafka/kafkajs-patches/idle-timers.ts'
import { until } from '../../support/poll.ts'
import type { World } from './world.ts'

/** A Kafka admin client with a direct connection that no link affects. */
export const kafkaOf = ({ stack }: Pick<World, 'stack'>): Kafka => {
  stopIdleTimers()
  return new Kafka({ brokers: [...stack.urls().kafkaBrokers], logLevel: logLevel.NOTHING })
}

/** Resolves when all partitions are assigned to this many writers. */
export const untilGroupHas = async (world: World, members: number): Promise<void> => {
  const group = writerGroup(world.chat.namespace)
  const admin = kafkaOf(world).admin()
  await admin.connect()
  try {
    await until(
      `a group of ${members}`,
      async () => {
        const [described] = (await admin.describeGroups([group])).groups
        return described?.state === 'Stable' && described.members.length === members
      },
      { withinMs: 180_000, everyMs: 200 },
    )
  } finally {
    await admin.disconnect()
  }
}
