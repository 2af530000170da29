import { installPackages } from '../../../infra/native/debian.ts'
import { runCommand } from '../../../infra/native/run-command.ts'

/** The Compose command of this machine. */
export interface ComposeTool {
  readonly command: string
  readonly args: readonly string[]
  readonly version: string
}

const candidates: readonly (readonly [string, ...string[]])[] = [['docker', 'compose'], ['docker-compose']]

const find = async (): Promise<ComposeTool | undefined> => {
  for (const [command, ...args] of candidates) {
    try {
      const version = await runCommand(command, [...args, 'version', '--short'])
      return { command, args, version: version.trim() }
    } catch {
      // This command does not exist; the next one is tried.
    }
  }
  return undefined
}

/** The installed Compose, version 1 or 2; otherwise installs the package of Debian if permitted. */
export const composeTool = async (print: (line: string) => void): Promise<ComposeTool> => {
  const found = await find()
  if (found) return found
  await installPackages(['docker-compose'], print)
  const installed = await find()
  if (!installed) throw new Error('docker-compose was installed but does not run')
  return installed
}
