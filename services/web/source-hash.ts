import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { filesIn } from './files-in.ts'

export const projectFolder = resolve(import.meta.dirname, '../..')

/** All sources of the built page, besides packages. */
const sources = [
  'services/web/src',
  'services/web/public',
  'services/web/build.ts',
  'shared/client',
  'shared/protocol',
  'shared/domain',
]

/** Pinned in `package.json`, which every installation has; a lock file is not in all of them. */
const packages = ['@preact/signals', 'preact', 'vite', 'zod']

const versionsIn = (folder: string): string => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const pinned = { ...dependencies, ...devDependencies }
  return packages.map((name) => `${name}@${pinned[name]}`).join()
}

/** Without documents: they are not built, and container images do not have them. */
const filesOf = (path: string): string[] =>
  /\.\w+$/.test(path)
    ? [path]
    : filesIn(path)
        .filter((name) => !name.endsWith('.md'))
        .map((name) => join(path, name))

/** A hash of the page's sources: different sources have a different hash. */
export const sourceHash = (folder = projectFolder): string => {
  const hash = createHash('sha256').update(versionsIn(folder))
  const files = sources.flatMap((path) => filesOf(join(folder, path))).sort()
  for (const file of files)
    hash
      .update(`${relative(folder, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  return hash.digest('hex').slice(0, 16)
}
