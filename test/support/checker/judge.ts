import type { Entry } from '../load/entry.ts'
import type { Outline } from './outline.ts'
import type { Truth } from './truth.ts'

/** What a run is held against besides the truth. */
export interface Terms {
  /** T: within it, every member has what the store has. */
  readonly convergeMs: number
  /** From healing to the first confirmation. */
  readonly firstConfirmationMs: number
  /** That any process may use. */
  readonly memoryKib: number
}

export interface Evidence {
  readonly truth: Truth
  readonly outline: Outline
  readonly terms: Terms
}

/**
 * One invariant on its way through a history. Entries of one socket come in
 * their order; nothing is promised of the order between the histories of processes.
 */
export interface Judge {
  see(entry: Readonly<Entry>): void
  /** To be called once, after the last entry. Empty: it holds. */
  verdict(): Findings
}

export type Invariant = (evidence: Evidence) => Judge

/** How often it was broken, with the first few cases. */
export interface Findings {
  readonly count: number
  readonly examples: readonly string[]
}

const examplesMost = 10

/** Collects what is wrong. */
export const createFindings = (known: readonly string[] = []): Findings & { add(what: string): void } => {
  const examples = known.slice(0, examplesMost)
  let count = known.length
  return {
    get count() {
      return count
    },
    examples,
    add: (what) => {
      count += 1
      if (examples.length < examplesMost) examples.push(what)
    },
  }
}
