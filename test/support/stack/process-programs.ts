import { runCommand } from '../../../infra/native/run-command.ts'
import { loopback } from './host-for-programs.ts'
import type { Programs } from './programs.ts'
import { cleanEnvironment, projectFolder, startService } from './replica.ts'

/** Runs the services as child processes from the sources. */
export const processPrograms = (urls: Programs['urls']): Programs => ({
  host: loopback,
  urls,
  start: (role, tier, env) => startService(role, { entry: `services/${tier}/main.ts`, env }),
  admin: (args, env) =>
    runCommand(process.execPath, ['services/admin/main.ts', ...args], {
      cwd: projectFolder,
      env: { ...cleanEnvironment(), ...env },
    }),
})
