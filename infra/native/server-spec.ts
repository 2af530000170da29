import type { UnixAccount } from './unix-account.ts'

/** How to start, probe and stop one server. */
export interface ServerSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly workingFolder: string
  readonly logFile: string
  /** The user of the server; the present user if absent. */
  readonly account?: UnixAccount | undefined
  /** Its whole environment; a minimal one if absent. */
  readonly env?: Readonly<Record<string, string>>
  /** The signal for an orderly stop. */
  readonly stopSignal: NodeJS.Signals
  /** The signal that the kernel sends to the server when this process ends before it. */
  readonly orphanSignal: NodeJS.Signals
  /** A detached server survives the process that started it. */
  readonly isDetached: boolean
  /** The port that the probe uses; an answer counts only if the server itself listens on it. */
  readonly port: number
  /** One attempt to get an answer, within two seconds; rejects without one. */
  readonly probe: () => Promise<void>
  readonly readyWithinMs: number
  /** An orderly stop that takes longer becomes a kill; 15 s if absent. */
  readonly stopWithinMs?: number
}
