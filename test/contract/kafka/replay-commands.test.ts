import { describe, expect, it } from 'vitest'
import { groupLag } from '../../../infra/kafka/admin/group-lag.ts'
import { replayCommands } from '../../../infra/kafka/admin/replay-commands.ts'
import { kafkaCommandLog } from '../../../infra/kafka/command-log.ts'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import { until } from '../../support/poll.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { collect, recordsOf, valuesOf } from '../command-log/collecting.ts'
import { openKafkaCommandLog } from './open-kafka.ts'

describe.skipIf(noStackReason())('a replay of commands on Kafka', () => {
  it('delivers the commands since the time again, and none from before it; while a writer runs it is refused', async () => {
    await using opened = await openKafkaCommandLog(sharedStack())
    const first = await collect(opened)
    await opened.log.publish(recordsOf('before', 2))
    await first.received(2)
    const earliest = Date.now() + 2
    // Kafka's clock stamps records in milliseconds.
    await until('a later millisecond', () => Date.now() > earliest, { withinMs: 5_000, everyMs: 1 })
    const moment = new Date()
    await opened.log.publish(recordsOf('after', 3))
    await first.received(5)
    await expect(replayCommands(opened.options, moment)).rejects.toThrow(StartError)
    await first.consumption.stop()
    await replayCommands(opened.options, moment)

    const next = { ...opened, log: kafkaCommandLog(opened.options) }
    const second = await collect(next)
    await second.received(3)
    expect(valuesOf(second.records)).toEqual(['after 0', 'after 1', 'after 2'])
    await next.log.close()
  })

  it('never skips a command: a later time leaves the position of the writers where it is', async () => {
    await using opened = await openKafkaCommandLog(sharedStack())
    await opened.log.publish(recordsOf('waiting', 2))
    const before = await groupLag(opened.options)
    await replayCommands(opened.options, new Date(Date.now() + 60_000))
    expect(await groupLag(opened.options)).toEqual(before)
  })
})
