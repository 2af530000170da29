import { readFileSync } from 'node:fs'

/**
 * One run of one program. A pid alone may long be somebody else's; a pid that
 * started at this very tick of this very boot is not.
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
    // The program's name stands in brackets and may hold anything, brackets too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

const isOver = (stat: Stat | undefined): boolean => stat === undefined || stat.state === 'Z' || stat.state === 'X'

/** A zombie counts as gone: where nobody reaps, it would stay for ever. */
export const isGone = (pid: number): boolean => isOver(readStat(pid))

export const isStopped = (pid: number): boolean => readStat(pid)?.state === 'T'

/** The identity of a running pid; undefined when there is none. */
export const identify = (pid: number): PidIdentity | undefined => {
  const stat = readStat(pid)
  if (stat === undefined || isOver(stat)) return undefined
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return { pid, startedAt: `${boot}/${stat.startTicks}` }
}

export const isRunning = (identity: PidIdentity): boolean => identify(identity.pid)?.startedAt === identity.startedAt

export const childrenOf = (pid: number): number[] => {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
