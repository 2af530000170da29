import type { PartitionLag } from '../kafka/admin/group-lag.ts'
import { groupLag } from '../kafka/admin/group-lag.ts'
import type { KafkaCommandLogOptions } from '../kafka/command-log.ts'

/** The traffic on the command log, for admin subcommands that make way for it. */
export interface CommandTraffic {
  /** Commands that others have published since the last reading. */
  readonly commands: number
  /** Commands that the writers have not acknowledged. */
  readonly lag: number
}

const sumOf = (partitions: readonly PartitionLag[], numberOf: (each: PartitionLag) => bigint): number =>
  Number(partitions.reduce((sum, each) => sum + numberOf(each), 0n))

/** Reads the traffic of others. `published`: the number of commands that this process has published so far. */
export const commandTraffic = (kafka: KafkaCommandLogOptions, published: () => number): (() => Promise<CommandTraffic>) => {
  let othersBefore: number | undefined
  return async () => {
    const partitions = await groupLag(kafka)
    const others = sumOf(partitions, ({ end }) => end) - published()
    const commands = Math.max(0, others - (othersBefore ?? others))
    othersBefore = others
    return { commands, lag: sumOf(partitions, ({ end, committed }) => end - committed) }
  }
}
