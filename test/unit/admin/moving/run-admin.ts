import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { cleanEnvironment, projectFolder } from '../../../support/stack/replica.ts'
import type { Environment } from '../../../support/stack/server.ts'

/** A subcommand of `admin` that runs as a process. */
export interface RunningAdmin {
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
  /** Resolves when the program has printed this text on its standard output. */
  printed(part: string): Promise<void>
  kill(signal: 'SIGINT' | 'SIGKILL'): void
}

/** Starts a subcommand. */
export const startAdmin = (args: readonly string[], env: Environment): RunningAdmin => {
  const child = spawn(process.execPath, ['services/admin/main.ts', ...args], {
    cwd: projectFolder,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const code = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([exitCode, stdout, stderr]) => ({
    code: exitCode,
    stdout,
    stderr,
  }))
  const printed = (part: string): Promise<void> =>
    new Promise((resolve) => child.stdout.on('data', (chunk: Buffer) => chunk.includes(part) && resolve()))
  return { ended, printed, kill: (signal) => void child.kill(signal) }
}
