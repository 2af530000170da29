import type { Entry } from '../load/entry.ts'
import type { FeedWalk, WalkedFrame } from './feed-walk.ts'
import type { Outline } from './outline.ts'
import type { Truth } from './truth.ts'

/** The limits that a run must keep. */
export interface Terms {
  /** Every member has the stored events within this time (T). */
  readonly convergeMs: number
  /** From the end of a fault to the first confirmation; Infinity: too little is sent after the faults to judge it. */
  readonly firstConfirmationMs: number
  /** The memory of any process. */
  readonly memoryKib: number
  /** The times of commits and those of the history are of one clock, so that they can be compared. */
  readonly isOneClock?: boolean
  /** An attacker publishes forged messages, which the service takes back with `reset`. */
  readonly isForged?: boolean
}

export interface Evidence {
  /** The sockets as they are at this point of the history. */
  readonly sockets: FeedWalk['sockets']
  readonly truth: Truth
  readonly outline: Outline
  readonly terms: Terms
}

/**
 * The check of one invariant over a history. Entries of one socket come in
 * order; the histories of several processes are not ordered against each other.
 */
export interface Judge {
  /** Called before the entry changes the sockets. */
  foresee?(entry: Readonly<Entry>): void
  /** Called after the entry has changed the sockets; `frame` is its relation to earlier frames if it is a frame. */
  see?(entry: Readonly<Entry>, frame: WalkedFrame | undefined): void
  /** Call it once, after the last entry. Without findings, the invariant holds. */
  verdict(): Findings
}

export type Invariant = (evidence: Evidence) => Judge

/** The number of violations, and the first few of them. */
export interface Findings {
  readonly count: number
  readonly examples: readonly string[]
}

const examplesMost = 10

/** Collects violations. */
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
