import { describe, expect, it } from 'vitest'
import { withAdmin } from '../../../infra/kafka/admin/admin-client.ts'
import { readEvents, tailEvents } from '../../../infra/kafka/consumer/event-tail.ts'
import { topicsOf } from '../../../infra/kafka/driver/topics.ts'
import { writeTopic } from '../../support/kafka/raw-topic.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { kafkaOptions, kafkaWithTopics } from './open-kafka.ts'

describe.skipIf(noStackReason())('the event tail of the audit on Kafka', () => {
  it('follows the stream from its end without earlier records, and reads it repeatedly from its beginning', async () => {
    const options = await kafkaWithTopics(sharedStack())
    const { name } = topicsOf(options.namespace, options.partitions).events
    const write = (values: readonly string[]) =>
      writeTopic(
        options.brokers,
        name,
        values.map((value, index) => ({ key: `room ${index}`, value })),
      )
    const early = Array.from({ length: 30 }, (_, index) => `early ${index}`)
    const late = Array.from({ length: 30 }, (_, index) => `late ${index}`)
    await write(early)

    const followed: string[] = []
    const tail = await tailEvents(options, 'end', ({ value }) => void followed.push(value))
    await tail.caughtUp()
    expect(followed).toEqual([])
    await write(late)
    await tail.caughtUp()
    expect(followed.toSorted()).toEqual(late.toSorted())

    for (const _ of ['first', 'second']) {
      const read: string[] = []
      await readEvents(options, ({ value }) => void read.push(value))
      expect(read.toSorted()).toEqual([...early, ...late].toSorted())
    }
    await tail.close()
  }, 60_000)

  it('opens while the partitions of a new topic have no leader yet', async () => {
    for (let round = 0; round < 3; round++) {
      const options = { ...kafkaOptions(sharedStack()), partitions: 60 }
      const { name } = topicsOf(options.namespace, options.partitions).events
      await withAdmin(options, async (admin) => {
        await admin.createTopics({ topics: [{ topic: name, numPartitions: options.partitions }], waitForLeaders: false })
        // Through the open connection, before brokers have the metadata.
        const tail = await tailEvents(options, 'end', () => {})
        await tail.close()
        await admin.deleteTopics({ topics: [name] })
      })
    }
  }, 60_000)
})
