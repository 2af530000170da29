/** Which comparison found it. */
export type AuditPart = 'log' | 'store' | 'stream' | 'canary'

/** Something that is not as it has to be. */
export interface Finding {
  readonly part: AuditPart
  readonly fault: 'missing' | 'doubled' | 'late' | 'different'
  /** A stream's id, or a partition. */
  readonly where: string
  readonly what: string
}

/** A bounded number of them, and how many there are. */
export interface Findings {
  readonly count: number
  readonly first: readonly Finding[]
  add(finding: Finding): void
  addAll(other: Pick<Findings, 'count' | 'first'>): void
}

const keptMost = 100

export const createFindings = (): Findings => {
  const first: Finding[] = []
  let count = 0
  return {
    get count() {
      return count
    },
    first,
    add: (finding) => {
      count += 1
      if (first.length < keptMost) first.push(finding)
    },
    addAll: (other) => {
      count += other.count
      first.push(...other.first.slice(0, keptMost - first.length))
    },
  }
}

export const missingOnStream = (where: string, what: string): Finding => ({ part: 'stream', fault: 'missing', where, what })

export const notAnEvent = (where: string): Finding => ({
  part: 'stream',
  fault: 'different',
  where,
  what: 'a record that is not an event',
})
