import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Options of the child process. */
export interface CommandOptions {
  readonly cwd?: string
  readonly uid?: number
  readonly gid?: number
  readonly env?: Readonly<Record<string, string>>
}

const tail = (text: string): string => text.trimEnd().split('\n').slice(-15).join('\n')

/** Runs a program to its end and resolves with its stdout; rejects with the last lines of its output. */
export const runCommand = async (command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> => {
  try {
    const { stdout } = await execute(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const output = tail(`${stdout}\n${stderr}`) || String(error)
    throw new Error(`${command} ${args[0] ?? ''} failed:\n${output}`)
  }
}
