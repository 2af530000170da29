import { readFileSync } from 'node:fs'

/**
 * Identifies one run of a program: the pid with its start time and boot id,
 * because pids are reused.
 */
export interface PidIdentity {
  readonly pid: number
  readonly startedAt: string
}

interface Stat {
  readonly state: string
  readonly startTicks: string
}

const readStat = (pid: number): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program is in brackets, and may itself contain brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

const isOver = (stat: Stat | undefined): boolean => stat === undefined || stat.state === 'Z' || stat.state === 'X'

/** Whether the process has ended. A zombie counts as ended, because it may never be reaped. */
export const isGone = (pid: number): boolean => isOver(readStat(pid))

/** Whether the process is suspended by SIGSTOP. */
export const isStopped = (pid: number): boolean => readStat(pid)?.state === 'T'

/** The identity of a running process; undefined if it does not run. */
export const identify = (pid: number): PidIdentity | undefined => {
  const stat = readStat(pid)
  if (stat === undefined || isOver(stat)) return undefined
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return { pid, startedAt: `${boot}/${stat.startTicks}` }
}

/** Whether this run of the program is still running. */
export const isRunning = (identity: PidIdentity): boolean => identify(identity.pid)?.startedAt === identity.startedAt

/** The pids of the direct children of a process. */
export const childrenOf = (pid: number): number[] => {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
