import type { Finding } from './findings.ts'

/** The offsets of one partition of the command log. */
export interface Progress {
  readonly partition: number
  readonly end: bigint
  readonly committed: bigint
}

/** The number of commands that no writer has acknowledged. */
export const lagOf = (partitions: readonly Progress[]): number =>
  partitions.reduce((sum, { end, committed }) => sum + Number(end - committed), 0)

/** Finds stalled partitions: commands were waiting at the first reading, and no record was acknowledged until the second. */
export const logFindings = (before: readonly Progress[], after: readonly Progress[]): readonly Finding[] =>
  after.flatMap(({ partition, committed }): readonly Finding[] => {
    const earlier = before.find((candidate) => candidate.partition === partition)
    if (earlier === undefined || earlier.end <= earlier.committed || committed > earlier.committed) return []
    const what = `${earlier.end - earlier.committed} commands wait, and none was acknowledged between two readings`
    return [{ part: 'log', fault: 'late', where: `partition ${partition}`, what }]
  })
