import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../../infra/native/run-command.ts'
import { loopback } from './host-for-programs.ts'
import type { Programs } from './programs.ts'
import { cleanEnvironment, projectFolder, startService } from './replica.ts'
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.ts'

/** Calls `work` with the path of a file of this text; without a text, with no path. */
const withInputFile = async <T>(input: string | undefined, work: (files: readonly string[]) => Promise<T>): Promise<T> => {
  if (input === undefined) return work([])
  const folder = makeScratchFolder('input')
  try {
    const file = join(folder, 'input.jsonl')
    writeFileSync(file, input)
    return await work([file])
  } finally {
    removeScratchFolder(folder)
  }
}

/** Runs the services as child processes from the sources. */
export const processPrograms = (urls: Programs['urls']): Programs => ({
  host: loopback,
  urls,
  start: (role, tier, env) => startService(role, { entry: `services/${tier}/main.ts`, env }),
  admin: (args, env, input) =>
    withInputFile(input, (files) =>
      runCommand(process.execPath, ['services/admin/main.ts', ...args, ...files], {
        cwd: projectFolder,
        env: { ...cleanEnvironment(), ...env },
      }),
    ),
})
