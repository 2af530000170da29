import type { Finding } from './findings.ts'

export interface Progress {
  readonly partition: number
  readonly end: bigint
  readonly committed: bigint
}

/** Commands that no writer has acknowledged yet. */
export const lagOf = (partitions: readonly Progress[]): number =>
  partitions.reduce((sum, { end, committed }) => sum + Number(end - committed), 0)

/** A partition that had work at the first look, and was not one record further at the second, stands still. */
export const judgeLog = (before: readonly Progress[], after: readonly Progress[]): readonly Finding[] =>
  after.flatMap(({ partition, committed }): readonly Finding[] => {
    const earlier = before.find((candidate) => candidate.partition === partition)
    if (earlier === undefined || earlier.end <= earlier.committed || committed > earlier.committed) return []
    const what = `${earlier.end - earlier.committed} commands wait, and none has been acknowledged between two looks`
    return [{ part: 'log', fault: 'late', where: `partition ${partition}`, what }]
  })
