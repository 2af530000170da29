import type { MemoryCommandLogOptions } from '../../../infra/in-process/memory-command-log.ts'
import { memoryCommandLog } from '../../../infra/in-process/memory-command-log.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { recordingLog } from '../../support/recording-log.ts'
import type { DeadLetter, OpenCommandLog } from './open-command-log.ts'

/** Opens the in-memory adapter, which reports each dead letter to its log. */
export const openMemoryCommandLog = async (options: Partial<MemoryCommandLogOptions> = {}): Promise<OpenCommandLog> => {
  const deadLetters: DeadLetter[] = []
  const recorder = { ...recordingLog(), error: (fields: object) => void deadLetters.push(fields as DeadLetter) }
  const log = memoryCommandLog({ log: recorder, clock: systemClock, partitions: 3, retryMs: 5, ...options })
  return { log, deadLetters: async () => deadLetters, withinMs: 5_000, [Symbol.asyncDispose]: () => log.close() }
}
