import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../support/poll.ts'

/** Counts of a process since its start. */
export interface Counts {
  /** Turns of the event loop; 0 for programs that do not run on Node. */
  readonly turns: number
  /** Calls of `read` and `write`, as counted by the kernel; without `recv` and `send`, which Postgres uses. */
  readonly reads: number
  readonly writes: number
  /** Times that a thread slept and was woken. */
  readonly wakeUps: number
}

const numberOf = (text: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)$`, 'm').exec(text)?.[1] ?? 0)

/** Empty if the file does not exist: threads and child processes may end at any time. */
const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const foldersIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const childrenOf = (pid: number): readonly number[] =>
  foldersIn(`/proc/${pid}/task`).flatMap((task) =>
    textOf(`/proc/${pid}/task/${task}/children`).trim().split(' ').filter(Boolean).map(Number),
  )

const sumOf = (all: readonly Counts[]): Counts => ({
  turns: all.reduce((sum, { turns }) => sum + turns, 0),
  reads: all.reduce((sum, { reads }) => sum + reads, 0),
  writes: all.reduce((sum, { writes }) => sum + writes, 0),
  wakeUps: all.reduce((sum, { wakeUps }) => sum + wakeUps, 0),
})

/** The counts of the process, its threads and its children. */
const countsOf = (pid: number): Counts => {
  const io = textOf(`/proc/${pid}/io`)
  const wakeUps = foldersIn(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + numberOf(textOf(`/proc/${pid}/task/${task}/status`), 'voluntary_ctxt_switches'),
    0,
  )
  const own = { turns: 0, reads: numberOf(io, 'syscr'), writes: numberOf(io, 'syscw'), wakeUps }
  return sumOf([own, ...childrenOf(pid).map(countsOf)])
}

/** Asks a service that has loaded `turn-reporter.ts`. */
const turnsOf = async (pid: number, folder: string): Promise<number> => {
  const file = join(folder, `${pid}`)
  rmSync(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  return await until('the turns of a service', () => Number(textOf(file)) || undefined, { withinMs: 10_000, everyMs: 5 })
}

export interface CountedPart {
  readonly pids: readonly number[]
  /** Whether the processes have loaded `turn-reporter.ts`. */
  readonly isNode: boolean
}

export type CountedParts = Readonly<Record<string, CountedPart>>

const countPart = async ({ pids, isNode }: CountedPart, folder: string): Promise<Counts> => {
  const turns = isNode ? await Promise.all(pids.map((pid) => turnsOf(pid, folder))) : []
  return { ...sumOf(pids.map(countsOf)), turns: turns.reduce((sum, each) => sum + each, 0) }
}

/** Starts to count; the returned function ends it. Services write their counts to `folder`. */
export const measureCounts = async (
  parts: CountedParts,
  folder: string,
): Promise<() => Promise<Readonly<Record<string, Counts>>>> => {
  const countAll = (): Promise<[string, Counts][]> =>
    Promise.all(
      Object.entries(parts).map(async ([name, part]): Promise<[string, Counts]> => [name, await countPart(part, folder)]),
    )
  const before = new Map(await countAll())
  return async () => {
    const entries = (await countAll()).map(([name, after]) => {
      const from = before.get(name) ?? after
      const counts: Counts = {
        turns: after.turns - from.turns,
        reads: after.reads - from.reads,
        writes: after.writes - from.writes,
        wakeUps: after.wakeUps - from.wakeUps,
      }
      return [name, counts] as const
    })
    return Object.fromEntries(entries)
  }
}
