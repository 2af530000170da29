import type { MemoryCommandLogOptions } from '../../infra/in-process/memory-command-log.ts'
import { memoryCommandLog } from '../../infra/in-process/memory-command-log.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import type { Buried, OpenCommandLog } from './command-log/open-command-log.ts'

/** The in-memory adapter; what it sets aside it tells its log. */
export const openMemoryCommandLog = async (options: Partial<MemoryCommandLogOptions> = {}): Promise<OpenCommandLog> => {
  const buried: Buried[] = []
  const told = {
    warn: () => {},
    error: (fields: object) => void buried.push(fields as Buried),
  }
  const log = memoryCommandLog({ log: told, clock: systemClock, partitions: 3, retryMs: 5, ...options })
  return { log, buried: async () => buried, withinMs: 5_000, [Symbol.asyncDispose]: () => log.close() }
}
