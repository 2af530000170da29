import { childrenOf, isGone, isStopped } from './pid-identity.ts'

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!isGone(pid)) throw error
  }
}

/**
 * Suspends a server and its children: Postgres serves each connection from a
 * child, which would continue if only the parent were suspended.
 */
export const pauseProcessTree = (pid: number): void => {
  send(pid, 'SIGSTOP')
  // A suspended process creates no more children, so that the list is complete.
  while (!isStopped(pid) && !isGone(pid));
  for (const child of childrenOf(pid)) send(child, 'SIGSTOP')
}

/** Resumes a suspended server and its children. */
export const resumeProcessTree = (pid: number): void => {
  for (const child of childrenOf(pid)) send(child, 'SIGCONT')
  send(pid, 'SIGCONT')
}

/** Kills a server and its children at the same time; returns their pids. */
export const killProcessTree = (pid: number): number[] => {
  pauseProcessTree(pid)
  const all = [...childrenOf(pid), pid]
  for (const each of all) send(each, 'SIGKILL')
  return all
}
