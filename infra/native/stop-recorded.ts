import { setTimeout as sleep } from 'node:timers/promises'
import type { PidIdentity } from './pid-identity.ts'
import { isRunning } from './pid-identity.ts'
import { killProcessTree } from './signals.ts'

const stopWithinMs = 15_000

/**
 * Ends a server of which only its recorded identity is left; kills it if it
 * has not ended within 15 s. Somebody else who got the pid since is left alone.
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
