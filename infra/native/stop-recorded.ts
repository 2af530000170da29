import { setTimeout as sleep } from 'node:timers/promises'
import type { PidIdentity } from './pid-identity.ts'
import { isRunning } from './pid-identity.ts'
import { killProcessTree } from './signals.ts'

const stopWithinMs = 15_000

/**
 * Stops a server by its recorded identity, and kills it after 15 s. Another
 * process with the same pid is left alone.
 */
export const stopRecorded = async (identity: PidIdentity, signal: NodeJS.Signals): Promise<void> => {
  if (!isRunning(identity)) return
  process.kill(identity.pid, signal)
  const deadline = performance.now() + stopWithinMs
  while (isRunning(identity)) {
    if (performance.now() > deadline) killProcessTree(identity.pid)
    await sleep(20)
  }
}
