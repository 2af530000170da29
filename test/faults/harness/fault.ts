import type { InvariantName } from '../../support/checker/check.ts'
import type { Environment } from '../../support/stack/replica.ts'
import type { World } from './world.ts'

/** One row of the table: what is done to the system while it is used. */
export interface Fault {
  readonly id: string
  readonly title: string
  /** What must hold beyond the invariants, in words. */
  readonly expectation: string
  readonly gateways?: number
  readonly writers?: number
  /** Over the defaults of every process. */
  readonly env?: Environment
  /** Nobody writes of itself; the fault does. */
  readonly isQuiet?: boolean
  /** Whether users send again what was refused for now or is unknown; they do if it is not said. */
  readonly sendsAgain?: boolean
  /** Over the usual number of users, for faults that are about many. */
  readonly users?: number
  /** Invariants that this fault says nothing of. */
  readonly exempt?: readonly InvariantName[]
  /** Resolves when the system is whole again. */
  readonly act: (world: World) => Promise<void>
}
