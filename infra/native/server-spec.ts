import type { UnixAccount } from './unix-account.ts'

/** How to start one server, how to tell that it answers, and how to end it. */
export interface ServerSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly workingFolder: string
  readonly logFile: string
  /** Whom it runs as; ourselves when absent. */
  readonly account?: UnixAccount | undefined
  /** All of its environment; a bare one when absent. */
  readonly env?: Readonly<Record<string, string>>
  /** Asks it to end in good order. */
  readonly stopSignal: NodeJS.Signals
  /** What it gets when we die before it. */
  readonly orphanSignal: NodeJS.Signals
  /** A detached server outlives the process that started it. */
  readonly isDetached: boolean
  /** Where the probe asks; the answer counts only if the server itself listens there. */
  readonly port: number
  /** One try to get a true answer, within two seconds; throws when there is none. */
  readonly probe: () => Promise<void>
  readonly readyWithinMs: number
  /** Past this, an orderly stop becomes a kill; 15 s when absent. */
  readonly stopWithinMs?: number
}
