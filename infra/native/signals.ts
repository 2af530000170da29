import { childrenOf, isGone, isStopped } from './pid-identity.ts'

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!isGone(pid)) throw error
  }
}

/**
 * Stops a server in its tracks, its children too: Postgres serves every
 * connection from a child, which would go on while only the parent stands still.
 */
export const pauseProcessTree = (pid: number): void => {
  send(pid, 'SIGSTOP')
  // Once it stands still it makes no more children, and the list is whole.
  while (!isStopped(pid) && !isGone(pid));
  for (const child of childrenOf(pid)) send(child, 'SIGSTOP')
}

export const resumeProcessTree = (pid: number): void => {
  for (const child of childrenOf(pid)) send(child, 'SIGCONT')
  send(pid, 'SIGCONT')
}

/** What a power cut does to a server: all of it ends at once. Returns whom it killed. */
export const killProcessTree = (pid: number): number[] => {
  pauseProcessTree(pid)
  const all = [...childrenOf(pid), pid]
  for (const each of all) send(each, 'SIGKILL')
  return all
}
