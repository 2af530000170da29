import { existsSync } from 'node:fs'
import { installPackages } from './debian.ts'
import { withLock } from './lock.ts'
import { findProgram } from './tools.ts'

const find = (): string | undefined => findProgram('chromium')

const sayOnStderr = (line: string): void => {
  process.stderr.write(`native: ${line}\n`)
}

/**
 * Where Chromium is; Debian's is installed where there is none. Throws a
 * sentence where it may not be: not root, or no Debian.
 */
export const findChromium = async (say: (line: string) => void = sayOnStderr): Promise<string> => {
  const found = find()
  if (found !== undefined) return found
  // Fonts come with it: a page of little boxes is none to judge.
  const packages = ['chromium', 'fonts-dejavu-core']
  await withLock('install', async () => (find() ? undefined : installPackages(packages, say)))
  const installed = find()
  if (installed === undefined || !existsSync(installed)) throw new Error('Chromium was to be installed and is still missing')
  return installed
}
