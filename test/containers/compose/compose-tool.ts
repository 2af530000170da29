import { installPackages } from '../../../infra/native/debian.ts'
import { runCommand } from '../../../infra/native/run-command.ts'

/** How Compose is called here. */
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
      // Not this one.
    }
  }
  return undefined
}

/** The Compose that there is, of whichever generation; else Debian's, where it may be installed. */
export const composeTool = async (say: (line: string) => void): Promise<ComposeTool> => {
  const found = await find()
  if (found) return found
  await installPackages(['docker-compose'], say)
  const installed = await find()
  if (!installed) throw new Error('docker-compose was installed and does not run')
  return installed
}
