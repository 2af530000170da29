import type { CommandLog } from '../../../shared/ports/command-log.ts'

export interface DeadLetter {
  readonly partition: number
  readonly offset: string
  readonly reason: string
}

/** An isolated command log under test. */
export interface OpenCommandLog extends AsyncDisposable {
  readonly log: CommandLog
  /** The dead letters, in order. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /** The longest time that a test waits for it. */
  readonly withinMs: number
}

/** One promise of the port, as a function, so that mutants can be tested against it. */
export type CommandLogPromise = (opened: OpenCommandLog) => Promise<void>
