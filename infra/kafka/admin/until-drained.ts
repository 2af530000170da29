import { pause } from '../../../shared/runtime/async/pause.ts'
import type { KafkaCommandLogOptions } from '../command-log.ts'
import { groupLag } from './group-lag.ts'

const pollMs = 1_000

/** Resolves when the writers have acknowledged all records that the command log has now, or when the signal is aborted. */
export const untilDrained = async (options: KafkaCommandLogOptions, signal: AbortSignal): Promise<void> => {
  const wanted = new Map((await groupLag(options)).map(({ partition, end }) => [partition, end]))
  while (!signal.aborted) {
    const partitions = await groupLag(options)
    if (partitions.every(({ partition, committed }) => committed >= (wanted.get(partition) ?? 0n))) return
    await pause(options.clock, pollMs, signal)
  }
}
