/** The comparison that has found a fault. */
export type AuditPart = 'log' | 'store' | 'stream' | 'canary'

/** One fault in the data. */
export interface Finding {
  readonly part: AuditPart
  readonly fault: 'missing' | 'doubled' | 'late' | 'different'
  /** A stream's id, or a partition. */
  readonly where: string
  readonly what: string
}

/** The number of findings, and the first ones in full. */
export interface Findings {
  readonly count: number
  readonly first: readonly Finding[]
  add(finding: Finding): void
  addAll(other: Pick<Findings, 'count' | 'first'>): void
}

const maxKept = 100

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
      if (first.length < maxKept) first.push(finding)
    },
    addAll: (other) => {
      count += other.count
      first.push(...other.first.slice(0, maxKept - first.length))
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
