import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts a process's time in hundredths of a second. */
const microsPerTick = 10_000

interface Stat {
  readonly parent: number
  /** Its own, and that of children that have ended. */
  readonly ticks: number
}

const statOf = (pid: string): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name stands in brackets and may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0)
    return { parent: Number(fields[1]), ticks }
  } catch {
    return undefined
  }
}

/** Names what is measured: each its processes, whose children count too. */
export type Parts = Readonly<Record<string, readonly number[]>>

/** CPU time in microseconds of each part, since it began. */
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

/** All that the machine did, idle time left out: whatever else ran shows in it. */
export const machineCpu = (): number => {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.trim().split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + softirq) * microsPerTick
}
