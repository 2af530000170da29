import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const cache = join(homedir(), '.cache/chat-native/bin')
const run = promisify(execFile)

/** Compiling helm takes minutes on two busy cores. */
export const installMs = 1_200_000

/** A program that Go compiles from a module, once for a version. */
export interface GoProgram {
  /** `path@version` */
  readonly module: string
  readonly path: string
}

export const goProgram = (module: string): GoProgram => {
  const [packagePath = '', version = ''] = module.split('@')
  const name = packagePath.split('/').findLast((part) => !/^v\d+$/.test(part)) ?? ''
  return { module, path: join(cache, version, name) }
}

/** True if the program is installed, or could be installed now. */
export const isInstalled = async ({ module, path }: GoProgram): Promise<boolean> => {
  if (existsSync(path)) return true
  const env = { ...process.env, GOBIN: join(path, '..') }
  return run('go', ['install', module], { env, timeout: installMs }).then(
    () => true,
    () => false,
  )
}
