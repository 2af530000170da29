import { existsSync } from 'node:fs'
import { installPackages } from './debian.ts'
import { withLock } from './lock.ts'
import type { ReportProgress } from './report-progress.ts'
import { findProgram } from './tools.ts'

const find = (): string | undefined => findProgram('chromium')

const printToStderr = (line: string): void => {
  process.stderr.write(`native: ${line}\n`)
}

/**
 * The path of Chromium; installs Debian's package if it is missing. Throws where
 * that is impossible: not root, or no Debian.
 */
export const findChromium = async (report: ReportProgress = printToStderr): Promise<string> => {
  const found = find()
  if (found !== undefined) return found
  // Without fonts, text is rendered as boxes.
  const packages = ['chromium', 'fonts-dejavu-core']
  await withLock('install', async () => (find() ? undefined : installPackages(packages, report)))
  const installed = find()
  if (installed === undefined || !existsSync(installed)) throw new Error('Chromium is still missing after its installation')
  return installed
}
