import type { CommandLog } from '../../../shared/ports/command-log.ts'

export interface DeadLetter {
  readonly partition: number
  readonly offset: string
  readonly reason: string
}

/** A command log that nobody else uses, to be tested. */
export interface OpenCommandLog extends AsyncDisposable {
  readonly log: CommandLog
  /** What was set aside, in that order. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /** How long anything of it may take. */
  readonly withinMs: number
}

/** One promise of the port, as a function, so that it can be shown to fail where the promise is broken. */
export type CommandLogPromise = (opened: OpenCommandLog) => Promise<void>
