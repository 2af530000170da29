import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts a process's time in hundredths of a second. */
const microsPerTick = 10_000

interface Stat {
  readonly parent: number
  /** The CPU time of the process and of its children that have ended. */
  readonly ticks: number
}

const statOf = (pid: string): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program is in brackets and may contain any character.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0)
    return { parent: Number(fields[1]), ticks }
  } catch {
    return undefined
  }
}

/** The measured parts by name: the pids of each part, whose children are included. */
export type Parts = Readonly<Record<string, readonly number[]>>

/** CPU time of each part since its start, in microseconds. */
export const cpuOf = <P extends Parts>(parts: P): Record<keyof P, number> => {
  const stats = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const stat = statOf(name)
        return stat === undefined ? [] : [[Number(name), stat] as const]
      }),
  )
  const children = Map.groupBy(stats.keys(), (pid) => stats.get(pid)?.parent ?? 0)
  const ticksOf = (pid: number): number =>
    (stats.get(pid)?.ticks ?? 0) + (children.get(pid) ?? []).reduce((sum, child) => sum + ticksOf(child), 0)
  const entries = Object.entries(parts).map(([name, pids]) => [
    name,
    pids.reduce((sum, pid) => sum + ticksOf(pid), 0) * microsPerTick,
  ])
  return Object.fromEntries(entries) as Record<keyof P, number>
}

/** CPU time of the whole machine without idle time, in microseconds: includes other programs. */
export const machineCpu = (): number => {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.trim().split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + softirq) * microsPerTick
}
