import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReportProgress } from '../../native/report-progress.ts'
import { runCommand } from '../../native/run-command.ts'
import type { Supplement } from './contexts.ts'
import { kafkaSupplement, nodeSupplement } from './contexts.ts'

/** The label of stand-ins: a digest of their sources. Images without it are no stand-ins. */
export const standInLabel = 'chat.stand-in'

/** The sources of each stand-in, by the repository of the image that it replaces. */
const recipes: Readonly<Record<string, { readonly folder: string; readonly supplement?: Supplement }>> = {
  'gcr.io/distroless/cc-debian13': { folder: 'cc' },
  node: { folder: 'node', supplement: nodeSupplement },
  'apache/kafka': { folder: 'kafka', supplement: kafkaSupplement },
  postgres: { folder: 'postgres' },
  redis: { folder: 'redis' },
  haproxy: { folder: 'haproxy' },
  'prom/prometheus': { folder: 'prometheus' },
}

const recipeFor = (image: string) => recipes[image.replace(/:[^:/]*$/, '')]

/** Whether a stand-in for the image can be built. */
export const canStandInFor = (image: string): boolean => recipeFor(image) !== undefined

const digestOf = (folder: string, ...more: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)))
  for (const each of more) hash.update(each)
  return hash.digest('hex').slice(0, 16)
}

/** The label of a local image. Undefined: the image does not exist; empty: it is no stand-in. */
export const labelOf = async (image: string): Promise<string | undefined> => {
  try {
    const output = await runCommand('docker', [
      'image',
      'inspect',
      '--format',
      `{{index .Config.Labels "${standInLabel}"}}`,
      image,
    ])
    return output.trim().replace('<no value>', '')
  } catch {
    return undefined
  }
}

/** Builds a stand-in unless it exists with the same sources. Throws if there are no sources for the image. */
export const buildStandIn = async (image: string, rootId: string, report: ReportProgress): Promise<void> => {
  const recipe = recipeFor(image)
  if (recipe === undefined) throw new Error(`there is no stand-in for ${image}`)
  const context = mkdtempSync(join(tmpdir(), 'chat-stand-in-'))
  try {
    const source = join(import.meta.dirname, recipe.folder)
    const supplement = await recipe.supplement?.(context, report)
    const label = digestOf(source, rootId, supplement ?? '')
    if ((await labelOf(image)) === label) return
    report(`building a stand-in for ${image}`)
    cpSync(source, context, { recursive: true })
    await runCommand('docker', ['build', '--force-rm', '--label', `${standInLabel}=${label}`, '--tag', image, context])
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}
