import { StartError } from '../../../shared/runtime/config/start-error.ts'
import type { KafkaCommandLogOptions } from '../command-log.ts'
import { topicsOf, writerGroup } from '../driver/topics.ts'
import { withAdmin } from './admin-client.ts'
import { groupLag } from './group-lag.ts'
import { runningWriters } from './running-writers.ts'

/**
 * Sets the position of the writers in `chat.commands` back to a time, so that they decide every command since then
 * again. A command that has an outcome in the store has no further effect.
 *
 * Promises:  never sets a partition forward, so that no command is skipped. May be repeated.
 *            Rejects with `StartError` while a writer runs, with `KafkaError` if Kafka is unavailable.
 */
export const replayCommands = async (options: KafkaCommandLogOptions, to: Date): Promise<void> => {
  const count = await runningWriters(options)
  if (count > 0) throw new StartError(`${count} writers run: stop them, then run "admin replay" again`)
  const { name } = topicsOf(options.namespace, options.partitions).commands
  const lags = new Map((await groupLag(options)).map((lag) => [lag.partition, lag]))
  const partitions = await withAdmin(options, async (admin) => {
    const found = await admin.fetchTopicOffsetsByTimestamp(name, to.getTime())
    const positions = found.map(({ partition, offset }) => {
      const { committed } = lags.get(partition) ?? { committed: 0n }
      return { partition, offset: String(BigInt(offset) < committed ? offset : committed) }
    })
    await admin.setOffsets({ groupId: writerGroup(options.namespace), topic: name, partitions: positions })
    return positions
  })
  const again = partitions.reduce((sum, { partition, offset }) => sum + (lags.get(partition)?.end ?? 0n) - BigInt(offset), 0n)
  options.log.info(
    { topic: name, to: to.toISOString(), commands: Number(again) },
    'writers decide these commands again when they start',
  )
}
