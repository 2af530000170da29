import type { Load } from '../../support/load/load.ts'

/** One iteration: a user runs the flow in one room. */
export interface Visit {
  readonly load: Load
  readonly user: number
  readonly room: number
  /** Another member of the room, who stays in it and can add the user. */
  readonly host: number
  /** The time at which the present step was due. */
  readonly dueMs: number
  /** The ids of the messages that the iteration has sent and not deleted, in their order. */
  readonly posted: string[]
  /** Aborted when the run ends. */
  readonly signal: AbortSignal
}

/** A step of a flow was refused, or had no answer. */
export class StepFailed extends Error {
  readonly code: string
  constructor(code: string) {
    super(`the step failed: ${code}`)
    this.code = code
  }
}
