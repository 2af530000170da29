import type { Mix } from '../../load/mix/mix.ts'
import type { InvariantName } from '../../support/checker/check.ts'
import type { Environment } from '../../support/stack/replica.ts'
import type { World } from './world.ts'

/** A fault: one row of the table. */
export interface Fault {
  readonly id: string
  readonly title: string
  /** What the fault expects beyond the invariants, as text. */
  readonly expectation: string
  readonly gateways?: number
  readonly writers?: number
  /** Overrides the defaults of every process. */
  readonly env?: Environment
  /** True: the load sends no messages; the fault sends its own. */
  readonly isQuiet?: boolean
  /** Whether users retry commands with a retryable error or an unknown outcome; default: true. */
  readonly sendsAgain?: boolean
  /** The kinds of commands that the load sends; default: messages only. */
  readonly mix?: Mix
  /** Overrides the default number of users. */
  readonly users?: number
  /** Invariants that are not checked for this fault. */
  readonly exempt?: readonly InvariantName[]
  /** Injects the fault; resolves when the system is repaired. */
  readonly act: (world: World) => Promise<void>
}
